//! Bodies of parties, as they are read.

use domain::Patch;
use domain::client::NewClient;
use serde_json::{Value, json};

use super::*;
use crate::wire::parse_object;

fn body(json: &Value) -> PartyBody {
    parse_object(json.to_string().as_bytes()).unwrap()
}

fn customer_of(json: &Value) -> NewClient {
    match body(json).into_new() {
        Ok(NewParty::Customer(customer, _)) => customer.read().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_kind_that_is_neither_is_told_before_anything_else() {
    let refusal = refused(400, "Invalid Category. Must be 'Customer' or 'Supplier'");
    for json in
        [json!({}), json!({"Category_type": "customer"}), json!({"Category_type": null}), json!({"Category_type": 1})]
    {
        assert_eq!(body(&json).into_new(), Err(refusal.clone()), "{json}");
    }
    assert_eq!(Kind::filter(&[("category_type".into(), "Client".into())]), Err(refusal));
    assert_eq!(Kind::filter(&[("category_type".into(), "Supplier".into())]), Ok(Some(Kind::Supplier)));
    assert_eq!(Kind::filter(&[]), Ok(None));
}

#[test]
fn the_documents_customer_is_read_whole_and_the_rest_has_its_defaults() {
    let customer = json!({
        "Category_type": "Customer",
        "name": "ABC Company",
        "email": "contact@abc.com",
        "phone_no": "+919876543210",
        "Customer_code": "CUST001",
        "address": "123 Main Street",
        "open_balance": "5000.00",
        "credit_limmit": "50000.00"
    });
    let NewClient { name, email, profile, extras: _ } = customer_of(&customer);
    assert_eq!((name.as_str(), email.unwrap().as_str()), ("ABC Company", "contact@abc.com"));
    assert_eq!((profile.code.unwrap().as_str(), profile.phone.unwrap().as_str()), ("CUST001", "+919876543210"));
    assert_eq!((profile.loyalty_points, profile.payment_method, profile.is_active), (0, None, true));
    assert_eq!(profile.open_balance.value().to_string(), "5000");
}

#[test]
fn a_supplier_needs_a_name_and_a_code() {
    let Err(Problem::Domain(domain::Error::Invalid(errors))) = body(&json!({"Category_type": "Supplier"})).into_new()
    else {
        panic!("it is taken")
    };
    assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["name", "code"]);
}

#[test]
fn a_payment_method_may_be_changed_under_either_name() {
    let changed = |json: Value| body(&json).into_patch().unwrap().patch.payment_method;
    assert_eq!(changed(json!({"payment_method": 2})), Patch::Set(2.into()));
    assert_eq!(changed(json!({"preferred_payment_method": 3, "payment_method": 2})), Patch::Set(3.into()));
    assert_eq!(changed(json!({"preferred_payment_method": null})), Patch::Clear);
    assert_eq!(changed(json!({"payment_method": "Cash"})), Patch::Set(NumberOrName::Name("Cash".into())));
    assert_eq!(changed(json!({})), Patch::Keep);
}

#[test]
fn what_is_wrong_with_a_payment_method_stands_under_the_name_that_was_sent() {
    let named = |json: Value| {
        let wrong: Problem = FieldErrors::one("payment_method", "Wrong.").into();
        let Problem::Domain(domain::Error::Invalid(errors)) = body(&json).thing().edited(wrong) else {
            panic!("{json}")
        };
        errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(named(json!({"payment_method": 9})), ["payment_method"]);
    assert_eq!(named(json!({"preferred_payment_method": 9})), ["preferred_payment_method"]);
    assert_eq!(named(json!({"preferred_payment_method": 9, "payment_method": 1})), ["preferred_payment_method"]);
    assert_eq!(named(json!({"preferred_payment_method": null, "payment_method": 9})), ["payment_method"]);
}

#[test]
fn null_stands_for_leaving_out_what_has_a_default() {
    let nulls = json!({"open_balance": null, "credit_limmit": null, "loyalty_points": null, "is_active": null});
    assert_eq!(body(&nulls).into_patch(), Ok(PartyPatch::default().into()));
    let mut customer = nulls;
    customer["Category_type"] = json!("Customer");
    customer["name"] = json!("ABC Company");
    let NewClient { profile, .. } = customer_of(&customer);
    assert_eq!((profile.is_active, profile.loyalty_points), (true, 0));
    assert_eq!((profile.open_balance, profile.credit_limit), (Balance::ZERO, Price::ZERO));
    let supplier = json!({"Category_type": "Supplier", "name": "XYZ", "code": "S", "is_active": null});
    let Ok(NewParty::Supplier(supplier)) = body(&supplier).into_new() else { panic!("it is refused") };
    assert!(supplier.is_active);
}
