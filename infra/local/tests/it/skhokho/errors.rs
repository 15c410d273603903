//! Who is let in, and where; failures are in the crm form.

use http::Method;
use serde_json::{Value, json};

use super::{NOWHERE, Skhokho, basic, id};
use crate::support::{Answer, User};

/// Every route, with a good body.
fn routes(skhokho: &Skhokho, invoice: &str) -> Vec<(Method, String, Option<Value>)> {
    vec![
        (Method::GET, String::new(), None),
        (Method::POST, "create/".into(), Some(skhokho.example(json!({"invoice_number": "SK-2"})))),
        (Method::GET, format!("{invoice}/"), None),
        (Method::PUT, format!("{invoice}/update/"), Some(json!({"title": "x"}))),
        (Method::PATCH, format!("{invoice}/update/"), Some(json!({"title": "x"}))),
        (Method::GET, format!("{invoice}/action/?action=cancel"), None),
        (Method::POST, format!("{invoice}/action/?action=cancel"), None),
    ]
}

async fn call(
    skhokho: &Skhokho,
    headers: &[(&str, &str)],
    organisation: &str,
    (method, rest, body): &(Method, String, Option<Value>),
) -> Answer {
    let path = format!("/api/v1.0/organisation/{organisation}/invoices/{rest}");
    let headers = [headers, &[("content-type", "application/json")]].concat();
    let body = body.as_ref().map(ToString::to_string).unwrap_or_default();
    skhokho.tributary.raw(method.clone(), &path, &headers, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_and_a_bad_one_are_a_401_wherever_the_path_leads() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    let wrong = basic(&User { password: "wrong-password".into(), ..skhokho.user.clone() });
    for route in routes(&skhokho, id(&made)) {
        for organisation in [skhokho.organisation.as_str(), NOWHERE, "7"] {
            let answer = call(&skhokho, &[], organisation, &route).await;
            assert_eq!(answer.expect(401), json!({"detail": "Authentication credentials were not provided."}));
        }
    }
    for organisation in [skhokho.organisation.as_str(), "7"] {
        let route = &routes(&skhokho, id(&made))[0];
        let answer = call(&skhokho, &[("authorization", wrong.as_str())], organisation, route).await;
        assert_eq!(answer.expect(401), json!({"detail": "Invalid token."}));
    }
    assert_eq!(skhokho.get(id(&made)).await.expect(200), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_and_its_invoices_do_not_exist() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    let stranger = skhokho.tributary.sign_up("stranger").await;
    let me = skhokho.tributary.get(&stranger, "/api/me/").await.expect(200);
    let theirs = me["organization_id"].as_str().unwrap();
    let credential = format!("Token {}", stranger.token);
    let own = [("authorization", credential.as_str())];
    // The header does not open what the path names.
    let with_header = [own[0], ("organization-id", theirs)];
    let not_found = json!({"detail": "Not found."});
    for route in routes(&skhokho, id(&made)) {
        for headers in [&own[..], &with_header] {
            assert_eq!(
                call(&skhokho, headers, &skhokho.organisation, &route).await.expect(404),
                not_found,
                "{route:?}"
            );
        }
        for organisation in [NOWHERE, "7", "%2e"] {
            assert_eq!(call(&skhokho, &own, organisation, &route).await.expect(404), not_found, "{route:?}");
        }
        if route.1.contains(id(&made)) {
            assert_eq!(call(&skhokho, &own, theirs, &route).await.expect(404), not_found, "{route:?}");
        }
    }
    let taken = skhokho.example(json!({}));
    let answer = call(&skhokho, &own, theirs, &(Method::POST, "create/".into(), Some(taken))).await;
    assert!(answer.expect(400)["client_id"].is_array());
    assert_eq!(skhokho.get(id(&made)).await.expect(200), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_path_chooses_among_the_organisations_of_a_member() {
    let skhokho = Skhokho::start().await;
    let opened = json!({"name": "Second", "currency": "USD"});
    let second = skhokho.tributary.post(&skhokho.user, "/api/businesses", opened).await.expect(201);
    let hex = second["business_id"].as_str().unwrap().trim_start_matches("biz_").to_owned();
    let second = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
    skhokho.invoice(json!({})).await;
    let credential = basic(&skhokho.user);
    let route = (Method::GET, String::new(), None);
    for header in [None, Some(skhokho.organisation.as_str()), Some(second.as_str())] {
        let mut headers = vec![("authorization", credential.as_str())];
        headers.extend(header.map(|organisation| ("organization-id", organisation)));
        for (organisation, invoices) in [(&skhokho.organisation, 1), (&second, 0)] {
            let list = call(&skhokho, &headers, organisation, &route).await.expect(200);
            assert_eq!(list.as_array().unwrap().len(), invoices, "{header:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_permission_is_told_so() {
    let skhokho = Skhokho::start().await;
    let member = json!({"username": "guide", "email": "guide@example.com", "password": "SecurePass123!", "groups": ["Instructors"]});
    skhokho.tributary.post(&skhokho.user, "/api/users/", member).await.expect(201);
    let made = skhokho.invoice(json!({})).await;
    let credential = basic(&User { username: "guide".into(), ..skhokho.user.clone() });
    for route in routes(&skhokho, id(&made)) {
        let answer = call(&skhokho, &[("authorization", credential.as_str())], &skhokho.organisation, &route).await;
        let detail = json!({"detail": "You do not have permission to perform this action."});
        assert_eq!(answer.expect(403), detail, "{route:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_and_paths_that_are_not_there_are_told_in_the_crm_form() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    let id = id(&made);
    for (method, rest, allowed) in [
        (Method::POST, String::new(), "GET, HEAD"),
        (Method::GET, "create/".into(), "POST"),
        (Method::DELETE, format!("{id}/"), "GET, HEAD"),
        (Method::POST, format!("{id}/update/"), "PATCH, PUT"),
    ] {
        let answer = skhokho.call(method.clone(), &rest, &[], "").await;
        assert_eq!(answer.expect(405), json!({"detail": format!("Method \"{method}\" not allowed.")}));
        let mut methods: Vec<_> = answer.header("allow").unwrap().split(", ").collect();
        methods.sort_unstable();
        assert_eq!(methods.join(", "), allowed);
    }
    for rest in ["x/y/z", &format!("{id}/pay/"), "not-an-id/"] {
        assert_eq!(skhokho.get(rest).await.expect(404), json!({"detail": "Not found."}), "{rest}");
    }
}
