//! The contract's permissions as tables: what is granted, and what each route needs.

use contracts::crm::routes::Route;

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Any member may.
    Membership,
    /// The owner alone may.
    Ownership,
    /// Who has this permission may.
    Permission(&'static str),
}

/// Who, does what, on which models. The owner has all.
pub const GRANTS: &[(&str, &str, &str)] = &[
    ("every member", "view", "attribute"),
    ("Sales", "view add change delete", "lead client contact"),
    ("Sales", "view", "pipeline category catalogueitem pricetier payment"),
    ("Sales", "view add change", "invoice invoicelineitem"),
    ("Operations", "view add change delete", "client service followup contact category catalogueitem pricetier"),
    ("Operations", "view add change delete", "invoice invoicelineitem payment expense"),
    ("Instructors", "view", "service client"),
    ("Instructors", "view add change delete", "followup"),
    ("Teacher Assistant", "view", "service client"),
    ("Teacher Assistant", "view add change delete", "followup"),
];

/// By path, each method and what it needs.
const NEEDS: &[(&str, &str)] = &[
    ("/api/me", "GET membership"),
    ("/api/session", "DELETE membership"),
    ("/api/change-password", "POST membership"),
    ("/api/audit", "GET ownership"),
    ("/api/second-factor", "GET membership, POST membership"),
    ("/api/second-factor/confirm", "POST membership"),
    ("/api/second-factor/disable", "POST membership"),
    ("/api/second-factor/recovery-codes", "POST membership"),
    ("/api/users/{user_id}/second-factor", "DELETE ownership"),
    ("/api/tokens", "GET membership, DELETE membership"),
    ("/api/tokens/{token_id}", "DELETE membership"),
    // Attributes may be read by every member and are written by the owner alone.
    ("/api/attributes/{key}", "GET membership, POST ownership, PUT ownership, PATCH ownership, DELETE ownership"),
    ("/api/clients", "GET view_client, POST add_client"),
    ("/api/clients/{id}", "GET view_client, PUT change_client, PATCH change_client, DELETE delete_client"),
    ("/api/clients/{id}/update-task", "POST change_client"),
    ("/api/clients/{id}/delete-note", "POST change_client"),
    ("/api/contacts", "GET view_contact, POST add_contact"),
    ("/api/contacts/{id}", "GET view_contact, PUT change_contact, PATCH change_contact, DELETE delete_contact"),
    ("/api/contacts/{id}/update-task", "POST change_contact"),
    ("/api/contacts/{id}/delete-note", "POST change_contact"),
    ("/api/services", "GET view_service, POST add_service"),
    ("/api/services/{id}", "GET view_service, PUT change_service, PATCH change_service, DELETE delete_service"),
    ("/api/services/{id}/update-task", "POST change_service"),
    ("/api/services/{id}/delete-note", "POST change_service"),
    ("/services/{id}/follow-ups", "GET view_followup, POST add_followup"),
    (
        "/services/{id}/follow-ups/{follow_up_id}",
        "GET view_followup, PUT change_followup, PATCH change_followup, DELETE delete_followup",
    ),
    ("/api/services/{id}/follow-ups", "GET view_followup, POST add_followup"),
    (
        "/api/services/{id}/follow-ups/{follow_up_id}",
        "GET view_followup, PUT change_followup, PATCH change_followup, DELETE delete_followup",
    ),
    ("/api/pipelines", "GET view_pipeline, POST add_pipeline"),
    ("/api/pipelines/{id}", "GET view_pipeline, PUT change_pipeline, PATCH change_pipeline, DELETE delete_pipeline"),
    ("/api/leads", "GET view_lead, POST add_lead"),
    ("/api/leads/{id}", "GET view_lead, PUT change_lead, PATCH change_lead, DELETE delete_lead"),
    ("/api/leads/{id}/update-task", "POST change_lead"),
    ("/api/leads/{id}/delete-note", "POST change_lead"),
    ("/api/categories", "GET view_category, POST add_category"),
    ("/api/categories/{id}", "GET view_category, PUT change_category, PATCH change_category, DELETE delete_category"),
    ("/api/catalogue", "GET view_catalogueitem, POST add_catalogueitem"),
    (
        "/api/catalogue/{id}",
        "GET view_catalogueitem, PUT change_catalogueitem, PATCH change_catalogueitem, DELETE delete_catalogueitem",
    ),
    ("/api/services/{id}/files", "POST change_service"),
    ("/api/clients/{id}/files", "POST change_client"),
    ("/api/leads/{id}/files", "POST change_lead"),
    ("/api/catalogue/{id}/files", "POST change_catalogueitem"),
    ("/api/catalogue/{id}/price-tiers", "GET view_pricetier, POST add_pricetier"),
    (
        "/api/catalogue/{id}/price-tiers/{tier_id}",
        "GET view_pricetier, PUT change_pricetier, PATCH change_pricetier, DELETE delete_pricetier",
    ),
    ("/api/invoices", "GET view_invoice, POST add_invoice"),
    ("/api/invoices/{id}", "GET view_invoice, PUT change_invoice, PATCH change_invoice, DELETE delete_invoice"),
    ("/api/invoices/{id}/recalculate", "POST change_invoice"),
    ("/api/invoices/{id}/update-task", "POST change_invoice"),
    ("/api/invoices/{id}/delete-note", "POST change_invoice"),
    ("/api/invoices/{id}/line-items", "GET view_invoicelineitem, POST add_invoicelineitem"),
    (
        "/api/invoices/{id}/line-items/{line_id}",
        "GET view_invoicelineitem, PUT change_invoicelineitem, PATCH change_invoicelineitem, \
         DELETE delete_invoicelineitem",
    ),
    ("/api/invoices/{id}/payments", "GET view_payment, POST add_payment"),
    (
        "/api/invoices/{id}/payments/{payment_id}",
        "GET view_payment, PUT change_payment, PATCH change_payment, DELETE delete_payment",
    ),
    // What one contract names otherwise needs what it is. Payment methods are words to sort by, as categories are.
    (
        "/api/products",
        "GET view_catalogueitem, POST add_catalogueitem, PUT change_catalogueitem, DELETE delete_catalogueitem",
    ),
    ("/api/product-categories", "GET view_category, POST add_category, PUT change_category, DELETE delete_category"),
    ("/api/payment-methods", "GET view_category, POST add_category, PUT change_category, DELETE delete_category"),
    ("/api/parties", "GET view_client, POST add_client, PUT change_client, DELETE delete_client"),
    ("/api/expenses", "GET view_expense, POST add_expense, PUT change_expense, DELETE delete_expense"),
    ("/api/billing", "GET view_invoice, POST add_invoice, PUT change_invoice, DELETE delete_invoice"),
    // No group sees webhooks or manages users; the lists of the groups are for every member.
    ("/api/users", "GET ownership, POST ownership"),
    ("/api/users/{user_id}", "GET ownership, PUT ownership, PATCH ownership, DELETE ownership"),
    ("/api/organisations/{id}", "DELETE ownership"),
    ("/api/organisations/{id}/export", "POST ownership"),
    ("/api/organisations/{id}/export/{export_id}", "GET ownership"),
    ("/api/instructors", "GET membership"),
    ("/api/tas", "GET membership"),
    ("/api/sales", "GET membership"),
    ("/api/operations", "GET membership"),
    ("/api/webhooks", "GET ownership, POST ownership"),
    ("/api/webhooks/{id}", "GET ownership, PUT ownership, PATCH ownership, DELETE ownership"),
    ("/api/webhooks/{id}/rotate-secret", "POST ownership"),
    ("/api/webhooks/{id}/test", "POST ownership"),
    ("/api/webhooks/{id}/deliveries", "GET ownership"),
    ("/api/webhooks/{id}/deliveries/{delivery_id}/redeliver", "POST ownership"),
];

/// What a route needs; a route without a row here fails the test.
#[track_caller]
pub fn needs(route: &Route) -> Need {
    let rows = NEEDS.iter().filter(|(path, _)| *path == route.path).flat_map(|(_, methods)| methods.split(", "));
    let words: Vec<_> =
        rows.filter_map(|row| row.split_once(' ')).filter(|(m, _)| *m == route.method.as_str()).collect();
    match words[..] {
        [(_, "membership")] => Need::Membership,
        [(_, "ownership")] => Need::Ownership,
        [(_, word)] => Need::Permission(word),
        _ => panic!("{} {} has {} expectations", route.method.as_str(), route.path, words.len()),
    }
}
