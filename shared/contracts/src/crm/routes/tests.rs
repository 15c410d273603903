use std::collections::BTreeSet;

use super::*;

#[test]
fn no_route_and_no_operation_is_there_twice() {
    assert_eq!(routes().count(), 124);
    let paths: BTreeSet<_> = routes().map(|route| (route.path, route.method.as_str())).collect();
    let operations: BTreeSet<_> = routes().map(|route| route.operation).collect();
    assert_eq!((paths.len(), operations.len()), (124, 124));
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
    assert_eq!(open, ["/api/signup", "/api/verify-signup-otp", "/api-token-auth", "/api/api-token-auth", IMAGE]);
}

#[test]
fn a_path_has_no_trailing_slash() {
    assert!(routes().all(|route| route.path.starts_with('/') && !route.path.ends_with('/')));
}
