// Ten calls and more with each contract, by the TypeScript client that openapi-generator makes of its document:
// node calls.js <address> <credentials as JSON>

import * as bottlecrm from "./bottlecrm-fetch";
import * as clawprint from "./clawprint-fetch";
import * as crm from "./crm-fetch";
import * as namaste from "./namaste-fetch";
import * as skhokho from "./skhokho-fetch";

declare const process: { argv: string[] };

const basePath = process.argv[2];
const known: Record<string, string> = JSON.parse(process.argv[3]);
const due = new Date("2099-01-31");

let calls = 0;
const counting = {
  pre: async (context: { url: string; init: RequestInit }) => {
    calls += 1;
    return context;
  },
  // An API key of clawprint has ten requests a second.
  post: async ({ url, init, response }: { url: string; init: RequestInit; response: Response }) => {
    if (response.status !== 429) return response;
    await new Promise((wake) => setTimeout(wake, 1000 * Number(response.headers.get("retry-after"))));
    return fetch(url, init);
  },
};
const common = { basePath, middleware: [counting] };
const bearing = { ...common, accessToken: known.access };

function expect<T>(shown: T, expected: T): void {
  if (JSON.stringify(shown) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, and it is ${JSON.stringify(shown)}`);
  }
}

async function callCrm(): Promise<void> {
  const configuration = new crm.Configuration({ ...common, apiKey: `Token ${known.token}` });
  const clients = new crm.ClientsApi(configuration);
  const invoices = new crm.InvoicesApi(configuration);
  const catalogue = new crm.CatalogueApi(configuration);
  const client = await clients.clientsCreate({ clientBody: { name: "Typed", listOfTasks: [{ task: "Call" }] } });
  expect(client.listOfTasks[0].completed, false);
  const [row] = await clients.clientsList({ name: "typed" });
  expect(row.id, client.id);
  const changed = await clients.clientsPartialUpdate({ id: client.id, clientPatch: { attributes: { rank: 1.5 } } });
  expect(changed.attributes, { rank: 1.5 });
  await new crm.ContactsApi(configuration).contactsCreate({ contactBody: { client: client.id, firstName: "Ada" } });
  const item = await catalogue.catalogueCreate({ catalogueItemBody: { name: "Typed", basePrice: "80.00" } });
  const tier = { id: item.id, priceTierBody: { name: "Many", minQuantity: 10, price: "70.00" } };
  await new crm.PriceTiersApi(configuration).priceTiersCreate(tier);
  const { id } = await invoices.invoicesCreate({ invoiceBody: { client: client.id, dueDate: due } });
  const lines = new crm.LineItemsApi(configuration);
  await lines.lineItemsCreate({ id, lineItemBody: { catalogueItem: item.id, quantity: "10" } });
  expect((await invoices.invoicesRetrieve({ id })).total, "700.00");
  const payment = { id, paymentBody: { amount: "700.00", method: crm.PaymentBodyMethodEnum.Cash } };
  await new crm.PaymentsApi(configuration).paymentsCreate(payment);
  const paid = await invoices.invoicesRetrieve({ id });
  expect([paid.status, paid.dueDate?.toISOString()], ["paid", due.toISOString()]);
}

async function callClawprint(): Promise<void> {
  const configuration = new clawprint.Configuration({ ...common, accessToken: known.api_key });
  const invoices = new clawprint.InvoicesApi(configuration);
  const links = new clawprint.PaymentLinksApi(configuration);
  const businesses = new clawprint.BusinessesApi(configuration);
  expect((await businesses.listBusinesses()).businesses[0].businessId, known.business_id);
  const lineItems = [{ description: "Hours", quantity: 2, unitPrice: 5000, taxRate: 10 }];
  const invoiceBody = { businessId: known.business_id, customerEmail: "typed@example.com", lineItems };
  const made = await invoices.createInvoice({ invoiceBody, idempotencyKey: "typed" });
  expect(made.totalAmount, 11000);
  expect(await invoices.createInvoice({ invoiceBody, idempotencyKey: "typed" }), made);
  const id = made.invoiceId;
  expect((await invoices.updateInvoice({ id, invoicePatchBody: { notes: "Thanks" } })).notes, "Thanks");
  expect((await invoices.listInvoices({ businessId: known.business_id, limit: 1 })).invoices[0].invoiceId, id);
  const link = await links.createPaymentLink({ id });
  expect(await links.getPaymentLink({ id }), link);
  expect((await invoices.getInvoice({ id })).status, "sent");
  const { apiKey } = await businesses.createApiKey({ id: known.business_id });
  await businesses.deleteApiKey({ id: known.business_id, publicKey: apiKey.split(":")[0] });
  expect((await invoices.cancelInvoice({ id })).invoiceId, id);
}

async function callBottlecrm(): Promise<void> {
  const configuration = new bottlecrm.Configuration(bearing);
  const invoices = new bottlecrm.InvoicesApi(configuration);
  const documents = new bottlecrm.DocumentsApi(configuration);
  const beside = new bottlecrm.CommentsAndAttachmentsApi(configuration);
  const invoiceBody = { invoiceTitle: "Typed", name: "Ada", email: "ada@example.com", quantity: "2", rate: "40.00" };
  const { id, totalAmount } = await invoices.createInvoice({ invoiceBody });
  expect(totalAmount, "80.00");
  expect((await invoices.listInvoices({ limit: 1 })).results[0].id, id);
  expect((await invoices.patchInvoice({ id, invoicePatch: { quantity: "3" } })).totalAmount, "120.00");
  const updated = await invoices.updateInvoice({ id, invoicePatch: { dueDate: due } });
  expect(updated.dueDate?.toISOString(), due.toISOString());
  await beside.addInvoiceComment({ id, commentBody: { comment: "Looks good" } });
  const attachment = new File(["text"], "März.txt", { type: "text/plain" });
  expect((await beside.addInvoiceAttachment({ id, attachment })).fileName, "März.txt");
  expect((await (await documents.getInvoicePdf({ id })).text()).slice(0, 5), "%PDF-");
  await documents.sendInvoiceEmail({ id, mailBody: { recipients: ["ada@example.com"] } });
  expect((await invoices.getInvoiceDetails({ id })).status, "Sent");
  expect((await invoices.updateInvoiceStatus({ id, statusBody: { status: "Paid" } })).status, "Paid");
}

async function callSkhokho(): Promise<void> {
  const client = await new crm.ClientsApi(
    new crm.Configuration({ basePath, apiKey: `Token ${known.token}` }),
  ).clientsCreate({ clientBody: { name: "Typed" } });
  const login = { username: known.username, password: known.password };
  const invoices = new skhokho.InvoicesApi(new skhokho.Configuration({ ...common, ...login }));
  const orgId = known.organization_id;
  const items = [{ quantity: "2.00", unitPrice: "50.00", vatRate: "15.00", currency: "ZAR" }];
  const invoiceRequest = { title: "Typed", invoiceNumber: "TS-1", dueDate: due, clientId: client.id, items };
  const made = await invoices.organisationInvoicesCreateCreate({ orgId, invoiceRequest });
  expect(made.totalAmount, "115.00");
  const one = { orgId, invoiceId: made.uniqueId ?? "" };
  expect(await invoices.organisationInvoicesRetrieve(one), made);
  expect((await invoices.organisationInvoicesList({ orgId, search: "TS-1" })).length, 1);
  const patchedInvoiceRequest = { title: "Updated" };
  await invoices.organisationInvoicesUpdatePartialUpdate({ ...one, patchedInvoiceRequest });
  expect((await invoices.organisationInvoicesUpdateUpdate({ ...one, invoiceRequest })).title, "Typed");
  const act = (action: skhokho.OrganisationInvoicesActionRetrieveActionEnum, invoiceId = one.invoiceId, amount?: number) =>
    invoices.organisationInvoicesActionRetrieve({ orgId, invoiceId, action, amount });
  expect((await act("send")).status, "sent");
  expect((await act("record_payment", one.invoiceId, 15.5)).remainingAmount, "99.50");
  expect((await act("mark_as_paid")).remainingAmount, "0.00");
  const copy = await act("duplicate");
  expect((await act("cancel", copy.uniqueId ?? "")).status, "cancelled");
}

async function callNamaste(): Promise<void> {
  const configuration = new namaste.Configuration(bearing);
  const products = new namaste.ProductsApi(configuration);
  const parties = new namaste.PartiesApi(configuration);
  const billing = new namaste.BillingApi(configuration);
  const expenses = new namaste.ExpensesApi(configuration);
  const category = await products.createProductCategory({ productCategoryBody: { name: "Typed goods" } });
  const productBody = { productName: "Typed goods", category: category.id, unitPrice: "80.00", quantity: 5 };
  await products.createProduct({ productBody });
  const page = (await products.listProducts({ page: 1 })) as namaste.ProductPage;
  const product = page.results.find((row) => row.productName === productBody.productName);
  if (product === undefined) throw new Error("the product is not on the page");
  expect((await products.listProducts({ id: product.id })) as namaste.Product, product);
  await products.updateProduct({ id: product.id, productPatch: { quantity: 7 } });
  await parties.createParty({ partyBody: { categoryType: "Customer", name: "Ada", email: "ada@typed.example" } });
  const items = [{ item: product.id, quantity: 2, rate: "80.00" }];
  await billing.createBilling({ billingBody: { invoiceNumber: "TS-2", items } });
  const { count } = (await billing.listBillings({})) as namaste.BillingPage;
  const last = (await billing.listBillings({ page: Math.ceil(count / 10) })) as namaste.BillingPage;
  const made = last.results.at(-1)?.id ?? 0;
  expect(((await billing.listBillings({ id: made })) as namaste.WholeBilling).totalAmount, "160.00");
  await billing.deleteBilling({ id: made });
  await expenses.createExpense({ expenseBody: { amount: "12.50", date: new Date("2026-01-31"), category: "Rent" } });
  const refused = await products.listProducts({ page: 1000 }).catch((error: namaste.ResponseError) => error.response);
  expect((refused as Response).status, 404);
}

async function main(): Promise<void> {
  for (const call of [callCrm, callClawprint, callBottlecrm, callSkhokho, callNamaste]) {
    calls = 0;
    await call();
    if (calls < 10) throw new Error(`${call.name}: ${calls} calls are too few`);
    console.log(`${call.name}: ${calls} calls in TypeScript, all as the document says`);
  }
}

main();
