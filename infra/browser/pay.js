// A payment link from the script that makes it to the customer who pays it:
// node pay.js <local cloud's address> <screenshots' directory>
//
// An API key makes an invoice and its link; the customer goes from the invoice's page to the stand-in for Stripe, is
// declined, and pays; the events that follow are seen by both contracts. Then the money is given back.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const PATIENCE = 20_000;
const SIZES = { desk: { width: 1280, height: 900 }, telephone: { width: 390, height: 844 } };
// How the customer pays in the end: at once, or after the card's bank has asked.
const CARDS = { desk: "4000 0025 0000 3155", telephone: "4242 4242 4242 4242" };

const [address, screenshots] = process.argv.slice(2);
const { api_key, business_id, token, stripe_api_base } = await (await fetch(`${address}/_local/credentials`)).json();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const context = await browser.newContext({ viewport });
    await paid(await context.newPage(), size);
    await context.close();
  }
} finally {
  await browser.close();
}

async function paid(page, size) {
  const look = (name) => seen(page, `${name}-${size}`);
  const { invoice_id: id, hosted_url, status } = await clawprint("POST", "/api/invoices", {
    business_id,
    customer_email: "client@example.com",
    customer_name: "John Smith",
    line_items: [{ description: "Consulting Services", quantity: 10, unit_price: 500, type: "service", tax_rate: 10 }],
  });
  assert.equal(status, "draft");
  const { payment_link_url: link } = await clawprint("POST", `/api/invoices/${id}/payment-link`);
  assert.equal((await clawprint("GET", `/api/invoices/${id}`)).status, "sent");

  // From the invoice to where it is paid.
  await page.goto(hosted_url);
  await look("pay-1-invoice");
  await Promise.all([page.waitForURL(link), page.getByRole("link", { name: /^Pay USD/ }).click()]);
  await look("pay-2-checkout");
  assert.match(await page.locator("main").innerText(), /55\.00 USD/);
  assert.equal((await clawprint("GET", `/api/invoices/${id}`)).status, "viewed");

  // A card that is declined: the page says so, and nothing is booked.
  await fill(page, "4000 0000 0000 0002");
  await look("pay-3-declined");
  assert.match(await page.getByRole("alert").innerText(), /declined/);
  assert.deepEqual(await crm(`/api/invoices/${id}/payments/`), []);

  await fill(page, CARDS[size]);
  if (size === "desk") {
    await look("pay-4-authentication");
    assert.deepEqual(await crm(`/api/invoices/${id}/payments/`), [], "nothing is paid before the bank knows who pays");
    await page.getByRole("button", { name: "Authenticate" }).click();
  }
  await page.waitForURL(/\/paid\?session=/);
  await look("pay-5-successful");
  assert.match(await page.getByRole("status").innerText(), /The payment was made/);

  const final = await until(() => clawprint("GET", `/api/invoices/${id}`), (invoice) => invoice.status === "paid");
  assert.ok(!Number.isNaN(Date.parse(final.paid_at)), `paid_at is ${final.paid_at}`);
  const invoice = await crm(`/api/invoices/${id}/`);
  assert.deepEqual([invoice.status, invoice.amount_paid, invoice.balance_due], ["paid", "55.00", "0.00"]);
  assert.match(invoice.stripe_payment_intent_id, /^pi_/);
  const payments = await crm(`/api/invoices/${id}/payments/`);
  assert.equal(payments.length, 1);
  assert.deepEqual([payments[0].method, payments[0].amount], ["stripe", "55.00"]);
  assert.match(payments[0].stripe_charge_id, /^ch_/);

  // The link takes nothing more, and the invoice does not lead to it.
  await page.goto(link);
  await look("pay-6-closed");
  await page.getByRole("heading", { name: /paid already|no longer active/ }).waitFor();
  assert.equal(await page.locator("form").count(), 0);
  await page.goto(hosted_url);
  await look("pay-7-invoice-paid");
  await shows(page, "Paid");

  await refund(invoice.stripe_payment_intent_id);
  await until(() => clawprint("GET", `/api/invoices/${id}`), (invoice) => invoice.status === "refunded");
  const refunded = await crm(`/api/invoices/${id}/`);
  assert.deepEqual([refunded.status, refunded.amount_paid], ["refunded", "0.00"]);
  await page.goto(hosted_url);
  await look("pay-8-invoice-refunded");
  await shows(page, "Refunded");
}

async function fill(page, card) {
  await page.getByLabel("E-mail").fill("client@example.com");
  await page.getByLabel("Card number").fill(card);
  await page.getByLabel("Expiry").fill("12 / 99");
  await page.getByLabel("CVC").fill("123");
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: /^Pay/ }).click()]);
}

// The invoice's page says how it stands, and has no button any more.
async function shows(page, word) {
  assert.match(await page.locator(".badge").innerText(), new RegExp(word));
  assert.equal(await page.locator(".pay").count(), 0);
}

async function seen(page, name) {
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= width, `${name} is ${scroll} wide on a screen of ${width}`);
}

async function clawprint(method, path, body) {
  return answered(await fetch(address + path, {
    method,
    headers: { authorization: `Bearer ${api_key}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  }));
}

async function crm(path) {
  // The invoice has one id, which clawprint writes in its own way.
  const plain = path.replace(/inv_(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  return answered(await fetch(address + plain, { headers: { authorization: `Token ${token}` } }));
}

// As the account's owner would at Stripe.
async function refund(intent) {
  return answered(await fetch(`${stripe_api_base}/v1/refunds`, {
    method: "POST",
    headers: { authorization: "Bearer sk_test_standin" },
    body: new URLSearchParams({ payment_intent: intent }),
  }));
}

async function answered(answer) {
  const text = await answer.text();
  assert.ok(answer.ok, `${answer.url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

// Asks again until the answer is as wanted. Not too often: an API key has ten requests a second.
async function until(ask, wanted) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    assert.ok(Date.now() < deadline, `after ${PATIENCE} ms it is still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
