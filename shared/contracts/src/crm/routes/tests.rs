use std::collections::BTreeSet;

use super::*;

#[test]
fn the_contract_has_all_its_routes() {
    assert_eq!(routes().count(), 140);
}

#[test]
fn whatever_can_be_put_can_be_patched() {
    let paths = |method| routes().filter(move |r| r.method == method).map(|r| r.path).collect::<BTreeSet<_>>();
    assert_eq!(paths(Method::Put), paths(Method::Patch));
    assert!(paths(Method::Put).contains("/api/invoices/{id}/payments/{payment_id}"));
}

#[test]
fn only_sign_up_the_token_and_images_need_no_credential() {
    const IMAGE: &str = "/files/images/{collection}/{id}/{file}";
    let open: Vec<_> = routes().filter(|route| !route.credential).map(|route| route.path).collect();
    assert_eq!(
        open,
        ["/api/signup", "/api/verify-signup-otp", "/api-token-auth", "/api/api-token-auth", "/api/session", IMAGE]
    );
}
