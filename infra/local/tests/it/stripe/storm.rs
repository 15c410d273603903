//! Many events at once, twice, in no order.

use futures::stream::{self, StreamExt};

use super::{Sale, Shop};

const INVOICES: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_events_in_disorder_leave_every_amount_exact() {
    let shop = Shop::open().await;
    let (mut invoices, mut events) = (vec![], vec![]);
    for n in 0..INVOICES {
        let cents = 1_000 + i64::try_from(n).unwrap();
        let invoice = shop.invoice(&format!("{}.{:02}", cents / 100, cents % 100)).await;
        let sale = Sale::of(&shop, &invoice, &format!("{n:03}"), cents);
        let refund = format!("re_{n:03}");
        let told = [
            sale.session("completed", "paid"),
            sale.intent(),
            sale.charge_refunded(1),
            sale.refund("created", &refund, 1, "pending"),
            sale.refund("updated", &refund, 1, if n % 2 == 0 { "succeeded" } else { "failed" }),
        ];
        for event in told {
            // Every event twice, far apart.
            events.push((shuffled(events.len()), event.clone()));
            events.push((shuffled(events.len()), event));
        }
        invoices.push((invoice, cents, n % 2 == 0));
    }
    assert_eq!(events.len(), 1_000);
    events.sort_by_key(|(place, _)| *place);
    stream::iter(&events).for_each_concurrent(16, |(_, event)| shop.tell(event)).await;
    for (invoice, cents, is_refunded) in invoices {
        let amount = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
        match is_refunded {
            true => shop.expect(&invoice, "sent", &amount(cents - 1), "0.01").await,
            false => shop.expect(&invoice, "paid", &amount(cents), "0.00").await,
        }
        assert_eq!(shop.payments(&invoice).await.len(), 1);
    }
}

/// A place that looks like none, and is the same in every run.
fn shuffled(n: usize) -> u64 {
    let n = u64::try_from(n).unwrap() + 1;
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (n << 17)
}
