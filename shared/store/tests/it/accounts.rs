//! Organisations, users, one-time passwords.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::claim::{AddressClaim, AddressClaims};
use domain::id::{OrganisationId, UserId};
use domain::member::UserNumber;
use domain::otp::{Code, OtpPurpose};
use domain::text::{Email, Name, ShortText};
use domain::user::{Password, SignUp, User, Username};
use jiff::SignedDuration;
use tributary_store::{StoreError, Unique};

use crate::support::{Table, id, now, otp, otp_mails, owner};

type Item = HashMap<String, AttributeValue>;

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn changed(user: &User) -> User {
    User { password_hash: "another".into(), version: user.version + 1, ..user.clone() }
}

#[tokio::test]
async fn an_account_comes_back_as_it_was_kept() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "Ada", "Ada@Example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    assert_eq!(table.store.organisation(organisation.id).await, Ok(Some(organisation)));
    assert_eq!(table.store.organisation(OrganisationId::new(id(11))).await, Ok(None));
    assert_eq!(table.store.user(user.id).await, Ok(Some(user.clone())));
    for login in ["Ada", "ADA", " ada ", "ada@example.COM"] {
        assert_eq!(table.store.user_by_login(login).await, Ok(Some(user.clone())), "{login}");
    }
    for stranger in ["", "adam", "ada@example.org", &"x".repeat(5000)] {
        assert_eq!(table.store.user_by_login(stranger).await, Ok(None));
    }
}

#[tokio::test]
async fn usernames_and_addresses_are_unique_in_any_case_and_nothing_is_half_made() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    let before = table.items().await;
    let (organisation, user) = owner(20, "ADA", "other@example.com");
    let taken = table.store.create_account(&organisation, &user, None).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::Username)));
    let (organisation, user) = owner(30, "other", "ADA@EXAMPLE.COM");
    let taken = table.store.create_account(&organisation, &user, None).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::Email)));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn a_user_is_written_over_the_version_that_was_read() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    let saved = changed(&user);
    table.store.save_user(&saved, 1).await.unwrap();
    assert_eq!(table.store.save_user(&User { version: 2, ..user.clone() }, 1).await, Err(StoreError::Raced));
    assert_eq!(table.store.user(user.id).await, Ok(Some(saved)));
}

#[tokio::test]
async fn user_numbers_are_given_once() {
    let table = Table::start().await;
    let numbers = futures::future::join_all((0..20).map(|_| table.store.next_user_number())).await;
    let mut numbers: Vec<u64> = numbers.into_iter().collect::<Result<_, _>>().unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_address_is_its_users_alone_and_no_username_that_looks_like_one() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "grace@example.com", "ada@example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    assert_eq!(table.store.user_by_email(&email("ADA@example.com")).await, Ok(Some(user.clone())));
    assert_eq!(table.store.user_by_email(&email("grace@example.com")).await, Ok(None));
    assert_eq!(table.store.user_by_login("grace@example.com").await, Ok(Some(user)));
}

#[tokio::test]
async fn a_one_time_password_is_accepted_once() {
    let table = Table::start().await;
    let (purpose, address) = (OtpPurpose::SignUp, email("ada@example.com"));
    let (organisation, user) = owner(10, "ada", "Ada@Example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    table.store.send_otp(purpose, &address, &otp(1), &otp_mails(1)).await.unwrap();
    assert_eq!(table.store.otp(purpose, &email("ADA@example.com")).await, Ok(Some(otp(1))));
    assert_eq!(table.store.otp(OtpPurpose::Reset, &address).await, Ok(None));

    let changed = changed(&user);
    let tries = (0..8).map(|_| async {
        let used = otp(1).used();
        table.store.accept_otp(purpose, &used, &changed).await
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(StoreError::Raced))), "{outcomes:?}");
    assert_eq!(table.store.user(user.id).await, Ok(Some(changed)));
    assert_eq!(table.store.otp(purpose, &address).await, Ok(Some(otp(1).used())));
}

#[tokio::test]
async fn a_one_time_password_is_written_over_the_one_that_was_read_together_with_the_count_of_mails() {
    let table = Table::start().await;
    let (purpose, address) = (OtpPurpose::Login, email("ada@example.com"));
    table.store.send_otp(purpose, &address, &otp(1), &otp_mails(1)).await.unwrap();
    for (otp, mails) in [(otp(1), otp_mails(2)), (otp(2), otp_mails(1)), (otp(3), otp_mails(2))] {
        assert_eq!(table.store.send_otp(purpose, &address, &otp, &mails).await, Err(StoreError::Raced));
    }
    table.store.save_otp(purpose, &address, &otp(2)).await.unwrap();
    assert_eq!(table.store.save_otp(purpose, &address, &otp(2)).await, Err(StoreError::Raced));
    assert_eq!(table.store.otp(purpose, &address).await, Ok(Some(otp(2))));
    // Mails are counted for each purpose.
    table.store.send_otp(purpose, &address, &otp(3), &otp_mails(2)).await.unwrap();
    table.store.send_otp(OtpPurpose::Reset, &address, &otp(1), &otp_mails(1)).await.unwrap();
    let mails = async |purpose| table.store.otp_mails(purpose, &email("ADA@example.com")).await;
    assert_eq!(mails(OtpPurpose::Login).await, Ok(Some(otp_mails(2))));
    assert_eq!(mails(OtpPurpose::Reset).await, Ok(Some(otp_mails(1))));
    assert_eq!(mails(OtpPurpose::SignUp).await, Ok(None));
}

/// A claim by a sign-up, made at `now` and asked for from nowhere.
fn claim(n: u128, username: &str) -> AddressClaim {
    let sign_up = SignUp {
        username: Username::parse(username).unwrap(),
        email: email("Ada@example.com"),
        password: Password::parse("SecurePass123!").unwrap(),
        phone: ShortText::parse("+1 555").unwrap(),
        business_name: Some(Name::parse("Analytical Engines").unwrap()),
    };
    let code = Code::new("keyed hash".into(), Some("home".into()), now() + Code::VALIDITY);
    AddressClaim::of_sign_up(UserId::new(id(n)), &sign_up, "$argon2id$…".into(), code, now())
}

#[tokio::test]
async fn claims_to_an_address_come_back_as_they_were_kept_and_take_no_name_for_longer_than_they_live() {
    let table = Table::start().await;
    let (ada, eve) = (claim(1, "ada"), claim(2, "ADA"));
    let first = AddressClaims::default().with(ada.clone(), now());
    table.store.claim_address(&first, &ada, &otp_mails(1), now()).await.unwrap();
    assert_eq!(table.store.address_claims(&email("ADA@EXAMPLE.COM")).await, Ok(first.clone()));
    assert_eq!(table.store.address_claims(&email("eve@example.com")).await, Ok(AddressClaims::default()));
    // The name is reserved for the one who claimed it.
    let both = first.with(eve.clone(), now());
    let taken = table.store.claim_address(&both, &eve, &otp_mails(2), now()).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::Username)));
    table.store.claim_address(&first.with(ada.clone(), now()), &ada, &otp_mails(2), now()).await.unwrap();
    let (last, after) = (ada.ends_at - SignedDuration::from_secs(1), ada.ends_at);
    assert_eq!(table.store.username_holder(&ada.username, last).await, Ok(Some(ada.user)));
    // DynamoDB has not deleted what expired.
    assert_eq!(table.store.username_holder(&ada.username, after).await, Ok(None));
    let third = AddressClaims { version: 3, ..both.clone() };
    assert_eq!(table.store.claim_address(&third, &eve, &otp_mails(3), last).await, taken);
    table.store.claim_address(&third, &eve, &otp_mails(3), after).await.unwrap();
    assert_eq!(table.store.username_holder(&ada.username, last).await, Ok(Some(eve.user)));
    assert_eq!(table.store.save_address_claims(&email("ada@example.com"), &third).await, Err(StoreError::Raced));
}

#[tokio::test]
async fn an_account_is_made_once_for_its_claim_and_ends_all_claims_to_the_address() {
    let table = Table::start().await;
    let claim = claim(11, "ada");
    let claims = AddressClaims::default().with(claim.clone(), now());
    table.store.claim_address(&claims, &claim, &otp_mails(1), now()).await.unwrap();
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    assert_eq!(user.id, claim.user);
    let made = (0..8).map(|_| table.store.create_account(&organisation, &user, Some(1)));
    let made = futures::future::join_all(made).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    assert_eq!(table.store.address_claims(&claim.email).await, Ok(AddressClaims::default()));
    // The name does not expire any more.
    let holder = table.store.username_holder(&claim.username, claim.ends_at).await;
    assert_eq!((holder, table.store.user(user.id).await), (Ok(Some(user.id)), Ok(Some(user))));
}

#[tokio::test]
async fn a_members_address_is_nobodys_until_it_is_proven() {
    let table = Table::start().await;
    let (organisation, owner_of_it) = owner(10, "owner", "owner@example.com");
    table.store.create_account(&organisation, &owner_of_it, None).await.unwrap();
    let member = |n, name: &str| User { email_is_proven: false, ..owner(n, name, "ada@example.com").1 };
    let tenant = |n| domain::Tenant::trusted(domain::id::OrganisationId::new(id(n)));
    let (ada, eve) = (member(20, "ada"), member(30, "eve"));
    let code = || Code::new("keyed hash".into(), None, now() + AddressClaim::MEMBER_WAITS);
    let claim = |user: &User| AddressClaim::of_member(user.id, user.username.clone(), user.email.clone(), code());
    let one = AddressClaims::default().with(claim(&ada), now());
    let two = one.with(claim(&eve), now());
    table.store.create_member(tenant(20), &ada, Some((&one, &otp_mails(1)))).await.unwrap();
    table.store.create_member(tenant(30), &eve, Some((&two, &otp_mails(2)))).await.unwrap();
    assert_eq!(table.store.user_by_email(&ada.email).await, Ok(None));
    assert_eq!(table.store.user_by_login("ADA").await, Ok(Some(ada.clone())));
    assert_eq!(table.store.address_claims(&ada.email).await, Ok(two));

    let proven = User { email_is_proven: true, version: 2, ..ada.clone() };
    assert_eq!(table.store.prove_address(&proven, 1).await, Err(StoreError::Raced));
    table.store.prove_address(&proven, 2).await.unwrap();
    assert_eq!(table.store.user_by_email(&ada.email).await, Ok(Some(proven)));
    // One who did not prove it leaves nothing behind, and takes nothing along.
    let row = table.store.member(tenant(30), UserNumber::new(eve.number)).await.unwrap().unwrap();
    table.store.remove_member(tenant(30), &row, &eve, None).await.unwrap();
    // One whose claim is live takes it along, and no other.
    let eva = member(40, "eva");
    let both = AddressClaims::default().with(claim(&ada), now()).with(claim(&eva), now());
    let both = AddressClaims { version: 1, ..both };
    table.store.create_member(tenant(40), &eva, Some((&both, &otp_mails(3)))).await.unwrap();
    let row = table.store.member(tenant(40), UserNumber::new(eva.number)).await.unwrap().unwrap();
    table.store.remove_member(tenant(40), &row, &eva, None).await.unwrap();
    assert_eq!(table.store.address_claims(&ada.email).await, Ok(both.without(eva.id)));
    assert_eq!(table.store.user_by_login("eve").await, Ok(None));
    assert!(table.store.user_by_email(&ada.email).await.unwrap().is_some());
}

#[tokio::test]
async fn known_sources_are_noted_in_the_user_that_was_read() {
    let table = Table::start().await;
    let (organisation, mut user) = owner(10, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    assert!(user.note_source("away", now()));
    table.store.save_known_sources(&user).await.unwrap();
    assert_eq!(table.store.user(user.id).await, Ok(Some(user.clone())));
    table.store.save_user(&changed(&user), 1).await.unwrap();
    assert_eq!(table.store.save_known_sources(&user).await, Err(StoreError::Missing));
}

/// An item of before claims: a user who signed up, has the markers, and never proved the address.
#[tokio::test]
async fn a_user_of_a_former_release_without_proof_has_no_password_until_a_reset() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    let of_user = |item: &Item| item["pk"] == AttributeValue::S(format!("USER#{}", user.id));
    let mut item = table.raw().await.into_iter().find(of_user).unwrap();
    item.insert("is_verified".into(), AttributeValue::Bool(false));
    item.remove("email_is_proven");
    table.client.put_item().table_name(&table.name).set_item(Some(item)).send().await.unwrap();
    let read = table.store.user_by_email(&user.email).await.unwrap().unwrap();
    assert_eq!((read.password_hash.as_str(), read.email_is_proven), ("", true));
}
