// A small client of the API, with the demo organisation's credentials.

import assert from "node:assert/strict";

export class Books {
  static async open(address) {
    const credentials = await (await fetch(`${address}/_local/credentials`)).json();
    const books = new Books(address, credentials.token);
    books.client = (await books.send("POST", "/api/clients/", { name: "Acme Corp" })).id;
    return books;
  }

  constructor(address, token) {
    this.address = address;
    this.token = token;
  }

  invoice(fields) {
    return this.send("POST", "/api/invoices/", { client: this.client, ...fields });
  }

  read(invoice) {
    return this.send("GET", `/api/invoices/${invoice.id}/`);
  }

  line(invoice, fields) {
    return this.send("POST", `/api/invoices/${invoice.id}/line-items/`, fields);
  }

  pay(invoice, fields) {
    return this.send("POST", `/api/invoices/${invoice.id}/payments/`, fields);
  }

  async send(method, path, body) {
    const answer = await fetch(this.address + path, {
      method,
      headers: { authorization: `Token ${this.token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }
}
