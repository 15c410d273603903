use super::*;

fn answer(problem: impl Into<Problem>) -> (u16, Value) {
    let Rendered { status, headers: _, body } = render(&problem.into());
    (status, body)
}

fn wrong(pairs: &[(&str, &str)]) -> Value {
    let mut errors = FieldErrors::new();
    for (field, message) in pairs {
        errors.add(*field, *message);
    }
    let (status, body) = answer(errors);
    assert_eq!(status, 400);
    body
}

#[test]
fn a_missing_field_comes_before_every_other_fault_and_all_fields_are_in_the_details() {
    let body = wrong(&[
        ("customer_email", "Enter a valid email address."),
        ("line_items[0].quantity", REQUIRED),
        ("business_id", REQUIRED),
    ]);
    let details = json!({
        "customer_email": "Enter a valid email address.",
        "line_items[0].quantity": "This field is required.",
        "business_id": "This field is required.",
    });
    let message = "line_items[0].quantity, business_id are required.";
    assert_eq!(body, json!({"error": "Missing required fields", "message": message, "details": details}));
    assert_eq!(wrong(&[("business_id", REQUIRED)])["message"], "business_id is required.");
}

#[test]
fn each_fault_has_the_words_of_the_documents_table() {
    let error = |pairs: &[(&str, &str)]| wrong(pairs)["error"].clone();
    let (email, none) = (("customer_email", "Enter a valid email address."), ("line_items", "None."));
    let (quantity, rate) = (("line_items[12].quantity", "No."), ("line_items[0].tax_rate", "No."));
    assert_eq!(error(&[rate, quantity, none, email]), "Invalid email format");
    assert_eq!(error(&[rate, quantity, none]), "Line items required");
    assert_eq!(error(&[rate, quantity]), "Invalid quantity");
    assert_eq!(error(&[rate]), "Invalid request");
    assert_eq!(error(&[("quantity", "No.")]), "Invalid request");
    assert_eq!(wrong(&[rate])["message"], "line_items[0].tax_rate: No.");
}

#[test]
fn a_rule_of_no_single_field_is_the_message() {
    let body = wrong(&[(FieldErrors::NON_FIELD, "Nothing is due.")]);
    assert_eq!(body, json!({"error": "Invalid request", "message": "Nothing is due.", "details": {}}));
}

#[test]
fn each_failure_has_its_number_and_its_words() {
    let method = Problem::MethodNotAllowed { method: "PUT".into(), allow: "GET, PATCH".into() };
    assert_eq!(render(&method).headers, [("Allow", "GET, PATCH".to_owned())]);
    assert_eq!(render(&Error::TooMany { retry_after: 7 }.into()).headers, [("Retry-After", "7".to_owned())]);
    assert_eq!(render(&Problem::CredentialMissing).headers, [("WWW-Authenticate", "Bearer".to_owned())]);
    let cases: [(Problem, u16, &str); 18] = [
        (Problem::CredentialMissing, 401, "Invalid authentication"),
        (Problem::CredentialInvalid, 401, "Invalid authentication"),
        (Error::Forbidden.into(), 403, "Forbidden"),
        (Error::NotFound.into(), 404, "Not found"),
        (Problem::UnknownPath, 404, "Not found"),
        (method, 405, "Method not allowed"),
        (Problem::Malformed("JSON parse error".into()), 400, "Invalid request"),
        (Problem::UnsupportedMediaType { media_type: "text/plain".into() }, 400, "Invalid request"),
        (Error::Conflict("It is paid.".into()).into(), 409, "Conflict"),
        (Error::Contended.into(), 409, "Conflict"),
        (Problem::IdempotencyRunning, 409, "Conflict"),
        (Error::Stale.into(), 412, "Precondition failed"),
        (Problem::TooLarge, 413, "Payload too large"),
        (Problem::UnsupportedCoding { coding: "gzip".into() }, 415, "Unsupported media type"),
        (Problem::IdempotencyMismatch, 422, "Unprocessable"),
        (Error::TooMany { retry_after: 7 }.into(), 429, "Too many requests"),
        (Problem::PaymentProvider, 500, "Stripe integration error"),
        (Problem::Internal, 500, "Internal server error"),
    ];
    for (problem, status, words) in cases {
        let (found, body) = answer(problem.clone());
        assert_eq!((found, &body["error"]), (status, &json!(words)), "{problem:?}");
        assert!(body["message"].as_str().unwrap().ends_with(['.', 'r']), "{body}");
        assert_eq!(body["details"], json!({}), "{problem:?}");
    }
    assert_eq!(answer(Problem::Unavailable).0, 503);
}
