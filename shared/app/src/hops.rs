//! How many webhooks, one after the other, led to a request: said in a header that is signed, so that nobody counts for
//! others and no webhook triggers itself for ever.

use domain::Tenant;
use domain::webhook::Webhook;
use url::{Position, Url};

use crate::App;
use crate::secrets::{hex, same};

/// The header's name.
pub const HEADER: &str = "tributary-hops";
/// The purpose of the keyed hash.
const PURPOSE: &str = "webhook hops";
/// How many of its bytes the header holds.
const PROOF: usize = 16;

impl App {
    /// The header of a delivery to `url` that comes of so many webhooks, itself included. What others receive is good
    /// for requests to their own organisation; what goes to this API itself comes back to it unread, and counts for
    /// every organisation.
    #[must_use]
    pub fn hops_header(&self, tenant: Tenant, url: &str, own_url: &str, hops: u32) -> String {
        let whose = if is_same_host(url, own_url) { None } else { Some(tenant) };
        format!("{hops}.{}", hex(&self.hops_proof(whose, hops)))
    }

    /// How many webhooks led to a request of an organisation, by its header; one that was not made here says nothing.
    #[must_use]
    pub fn hops(&self, tenant: Tenant, header: &str) -> u32 {
        let Some((count, proof)) = header.split_once('.') else { return 0 };
        let Ok(count) = count.parse() else { return 0 };
        let is_proven = |whose| same(hex(&self.hops_proof(whose, count)).as_bytes(), proof.as_bytes());
        // No delivery says more.
        if count <= Webhook::MOST_HOPS && (is_proven(None) || is_proven(Some(tenant))) { count } else { 0 }
    }

    fn hops_proof(&self, whose: Option<Tenant>, hops: u32) -> [u8; PROOF] {
        let organisation = whose.map(|tenant| tenant.organisation().to_string()).unwrap_or_default();
        let mac = self.mac(PURPOSE, &[organisation.as_bytes(), &hops.to_be_bytes()]);
        std::array::from_fn(|index| mac[index])
    }
}

fn is_same_host(url: &str, own_url: &str) -> bool {
    let host = |text: &str| Some(Url::parse(text).ok()?[Position::BeforeHost..Position::BeforePath].to_owned());
    host(url).is_some_and(|its| Some(its) == host(own_url))
}

#[cfg(test)]
mod tests {
    use domain::id::OrganisationId;
    use uuid::Uuid;

    use super::*;
    use crate::testing::app;

    const OWN: &str = "https://api.example";

    fn tenant(number: u128) -> Tenant {
        Tenant::trusted(OrganisationId::new(Uuid::from_u128(number)))
    }

    #[test]
    fn what_a_receiver_gets_counts_for_its_organisation_alone() {
        let app = app("key");
        let header = app.hops_header(tenant(1), "https://receiver.example/x", OWN, 3);
        assert!(header.starts_with("3."), "{header}");
        assert_eq!((app.hops(tenant(1), &header), app.hops(tenant(2), &header)), (3, 0));
    }

    #[test]
    fn what_goes_to_the_api_itself_counts_for_every_organisation() {
        let app = app("key");
        for url in ["https://api.example/api/clients/", "https://API.example:443/x", "HTTPS://api.example?x"] {
            let header = app.hops_header(tenant(1), url, OWN, 2);
            assert_eq!(app.hops(tenant(2), &header), 2, "{url}");
        }
        for url in
            ["https://api.example.evil.example/", "https://api.example:8443/", "https://evil.example/api.example"]
        {
            let header = app.hops_header(tenant(1), url, OWN, 2);
            assert_eq!(app.hops(tenant(2), &header), 0, "{url}");
        }
    }

    #[test]
    fn what_was_not_made_here_says_nothing() {
        let app_of_key = app("key");
        let good = app_of_key.hops_header(tenant(1), "https://receiver.example/", OWN, 4);
        let (_, proof) = good.split_once('.').unwrap();
        let other = app("other").hops_header(tenant(1), "https://receiver.example/", OWN, 4);
        for bad in [
            &format!("1.{proof}"),
            &format!("5.{proof}"),
            &good[..good.len() - 1],
            &format!("{good}0"),
            &other,
            "4",
            "4.",
            "",
        ] {
            assert_eq!(app_of_key.hops(tenant(1), bad), 0, "{bad}");
        }
    }
}
