//! Organisations, users, one-time passwords.

use domain::id::OrganisationId;
use domain::text::Email;
use domain::user::{Otp, OtpPurpose, User};
use tributary_store::{StoreError, Unique};

use crate::support::{Table, id, otp, owner};

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn verified(user: &User) -> User {
    User { is_verified: true, version: user.version + 1, ..user.clone() }
}

#[tokio::test]
async fn an_account_comes_back_as_it_was_kept() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "Ada", "Ada@Example.com");
    table.store.create_account(&organisation, &user).await.unwrap();
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
    table.store.create_account(&organisation, &user).await.unwrap();
    let before = table.items().await;
    let (organisation, user) = owner(20, "ADA", "other@example.com");
    let taken = table.store.create_account(&organisation, &user).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::Username)));
    let (organisation, user) = owner(30, "other", "ADA@EXAMPLE.COM");
    let taken = table.store.create_account(&organisation, &user).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::Email)));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn a_user_is_written_over_the_version_that_was_read() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user).await.unwrap();
    let saved = verified(&user);
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
async fn a_one_time_password_is_accepted_once() {
    let table = Table::start().await;
    let (purpose, address) = (OtpPurpose::SignUp, email("ada@example.com"));
    let (organisation, user) = owner(10, "ada", "Ada@Example.com");
    table.store.create_account(&organisation, &user).await.unwrap();
    table.store.save_otp(purpose, &address, &otp(1), None).await.unwrap();
    assert_eq!(table.store.otp(purpose, &email("ADA@example.com")).await, Ok(Some(otp(1))));

    let verified = verified(&user);
    let tries = (0..8).map(|_| async {
        let otp = otp(1);
        table.store.accept_otp(purpose, &otp, &verified, 1).await
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(StoreError::Raced))), "{outcomes:?}");
    assert_eq!(table.store.user(user.id).await, Ok(Some(verified)));
    let spent = Otp { hash: String::new(), version: 2, ..otp(1) };
    assert_eq!(table.store.otp(purpose, &address).await, Ok(Some(spent)), "its sendings still count");
}

#[tokio::test]
async fn a_one_time_password_is_written_over_the_one_that_was_read() {
    let table = Table::start().await;
    let (purpose, address) = (OtpPurpose::SignUp, email("ada@example.com"));
    table.store.save_otp(purpose, &address, &otp(1), None).await.unwrap();
    assert_eq!(table.store.save_otp(purpose, &address, &otp(1), None).await, Err(StoreError::Raced));
    table.store.save_otp(purpose, &address, &otp(2), Some(1)).await.unwrap();
    assert_eq!(table.store.save_otp(purpose, &address, &otp(3), Some(1)).await, Err(StoreError::Raced));
    assert_eq!(table.store.otp(purpose, &address).await, Ok(Some(otp(2))));
}

#[tokio::test]
async fn a_sign_up_is_renewed_with_its_password_or_not_at_all() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user).await.unwrap();
    let again = User { password_hash: "another".into(), version: 2, ..user.clone() };
    table.store.renew_sign_up(&otp(1), None, &again, 1).await.unwrap();
    let before = table.items().await;
    let late = User { password_hash: "a third".into(), version: 3, ..user };
    assert_eq!(table.store.renew_sign_up(&otp(2), Some(7), &late, 2).await, Err(StoreError::Raced));
    assert_eq!(table.store.renew_sign_up(&otp(2), Some(1), &late, 1).await, Err(StoreError::Raced));
    assert_eq!(table.items().await, before);
    table.store.renew_sign_up(&otp(2), Some(1), &late, 2).await.unwrap();
}
