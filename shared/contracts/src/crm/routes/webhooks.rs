//! Webhooks and their deliveries.

use crate::crm::deliveries::{DeliveryJson, TestBody, TestJson};
use crate::crm::parameters::PAGE;
use crate::crm::webhooks::{SecretJson, WebhookBody, WebhookCreatedJson, WebhookJson};
use crate::openapi::{many, one, partial};

use super::Route;

const WEBHOOK: &str = "/api/webhooks/{id}";

pub(super) const WEBHOOKS: &[Route] = &[
    Route::list("/api/webhooks", "webhooks_list", "List webhooks", many::<WebhookJson>).by(PAGE).under("webhooks"),
    Route::create(
        "/api/webhooks",
        "webhooks_create",
        "Create a webhook; its secret is shown once",
        one::<WebhookBody>,
        one::<WebhookCreatedJson>,
    )
    .under("webhooks"),
    Route::read(WEBHOOK, "webhooks_retrieve", "Retrieve a webhook", one::<WebhookJson>).under("webhooks"),
    Route::put(WEBHOOK, "webhooks_update", "Update a webhook", partial::<WebhookBody>, one::<WebhookJson>)
        .under("webhooks"),
    Route::patch(WEBHOOK, "webhooks_partial_update", "Update a webhook", partial::<WebhookBody>, one::<WebhookJson>)
        .under("webhooks"),
    Route::delete(WEBHOOK, "webhooks_destroy", "Delete a webhook").under("webhooks"),
    Route::act(
        "/api/webhooks/{id}/rotate-secret",
        "webhooks_rotate_secret",
        "Replace the secret; the old one signs for another 24 hours",
        one::<SecretJson>,
    )
    .guarded()
    .under("webhooks"),
    Route::act(
        "/api/webhooks/{id}/test",
        "webhooks_test",
        "Show what would be sent for an object, without sending it",
        one::<TestJson>,
    )
    .taking(one::<TestBody>)
    .under("webhooks"),
    Route::list(
        "/api/webhooks/{id}/deliveries",
        "webhooks_deliveries",
        "List the deliveries of the last 30 days, newest first",
        many::<DeliveryJson>,
    )
    .by(PAGE)
    .under("webhooks"),
    Route::act(
        "/api/webhooks/{id}/deliveries/{delivery_id}/redeliver",
        "webhooks_redeliver",
        "Send a delivery again",
        one::<DeliveryJson>,
    )
    .accepted()
    .under("webhooks"),
];
