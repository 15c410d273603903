// The customer's page in a real browser: node pages.js <local cloud's address> <screenshots' directory>

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { Books } from "./books.js";

const HOSTILE = `<b>Bold</b> & <script>document.title = "taken over"</script>`;
const SIZES = { desk: { width: 1280, height: 900 }, telephone: { width: 390, height: 844 } };

const [address, screenshots] = process.argv.slice(2);
const books = await Books.open(address);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await owed(size, viewport);
    await closed(size, viewport);
    await missing(size, viewport);
  }
} finally {
  await browser.close();
}

// An invoice that is paid in part: everything on it is there, and the button leads to where it can be paid.
async function owed(size, viewport) {
  const link = `${address}/docs?pay=1&size=${size}`;
  const invoice = await books.invoice({
    status: "sent",
    issue_date: "2026-03-05",
    due_date: "2099-04-04",
    notes: "Thank you for your order.\nPlease mention the invoice's number.",
    stripe_hosted_url: link,
  });
  await books.line(invoice, { description: "Web development", quantity: "20", unit_price: "100.00", tax_rate: "15" });
  await books.line(invoice, { description: "Hosting, one year", quantity: "1", unit_price: "1200.00", tax_rate: "0" });
  await books.line(invoice, { description: HOSTILE, quantity: "2.5", unit_price: "9.99", tax_rate: "7.5" });
  await books.pay(invoice, { amount: "500.00", method: "bank_transfer" });

  await looked(viewport, invoice.hosted_url, 200, async (page) => {
    await page.screenshot({ path: `${screenshots}/owed-${size}.png`, fullPage: true });
    await says(page, "h1", `Invoice ${invoice.invoice_number}`);
    await says(page, ".badge", "Partially paid");
    await says(page, ".due .amount", "USD 3,026.85");
    await says(page, "main", "Acme Corp");
    await says(page, "main", "5 March 2026");
    await says(page, "main", HOSTILE);
    await says(page, "main", "Bank transfer");
    assert.equal(await page.locator("main script, main b").count(), 0);
    assert.equal(await page.locator("time").first().getAttribute("datetime"), "2099-04-04");
    const narrow = await page.locator(".narrow").first().isVisible();
    assert.equal(narrow, size === "telephone", "a narrow screen shows figures below their line");

    const button = page.getByRole("link", { name: /^Pay USD/ });
    await button.focus();
    await Promise.all([page.waitForURL(link), page.keyboard.press("Enter")]);
    assert.equal(await page.evaluate(() => document.referrer), "", "the page's address stays its reader's");
  });
  await looked(viewport, invoice.hosted_url, 200, async (page) => {
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".pay").isVisible(), false, "paper has no buttons");
    await page.pdf({ path: `${screenshots}/owed-${size}.pdf`, format: "A4" });
  });
}

// An invoice that is paid, and one that is cancelled.
async function closed(size, viewport) {
  for (const [status, word] of [["paid", "Paid"], ["void", "Cancelled"]]) {
    const fields = { status, subtotal: "80.00", currency: "EUR", stripe_hosted_url: `${address}/docs` };
    const invoice = await books.invoice(fields);
    await looked(viewport, invoice.hosted_url, 200, async (page) => {
      await page.screenshot({ path: `${screenshots}/${status}-${size}.png`, fullPage: true });
      await says(page, ".badge", word);
      assert.equal(await page.locator(".pay").count(), 0);
    });
  }
}

// An address that leads nowhere.
async function missing(size, viewport) {
  await looked(viewport, `${address}/i/nothing`, 404, async (page) => {
    await page.screenshot({ path: `${screenshots}/missing-${size}.png`, fullPage: true });
    await says(page, "h1", "Invoice not found");
  });
}

// Opens a page and looks at it; whatever the browser complains about fails the test.
async function looked(viewport, url, status, look) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const complaints = [];
  const asked = [];
  page.on("console", (message) => {
    // A 404 is told for the document itself, and is what was asked for.
    if (message.type() !== "log" && !(status === 404 && message.text().includes("404"))) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
  page.on("request", (request) => asked.push(request.url()));
  const answer = await page.goto(url);
  assert.equal(answer.status(), status);
  assert.deepEqual(asked, [url], "the page loads nothing");
  assert.deepEqual(complaints, []);
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= width, `the page is ${scroll} wide on a screen of ${width}`);
  const family = await page.locator("main").evaluate((main) => getComputedStyle(main).fontFamily);
  assert.match(family, /system-ui/, "the style is applied");
  await look(page);
  await context.close();
}

async function says(page, selector, text) {
  const shown = (await page.locator(selector).first().innerText()).replaceAll("\u00a0", " ");
  assert.ok(shown.includes(text), `${selector} says ${JSON.stringify(shown)} and not ${JSON.stringify(text)}`);
}
