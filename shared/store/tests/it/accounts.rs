//! Organisations, users, one-time passwords.

use domain::id::OrganisationId;
use domain::otp::OtpPurpose;
use domain::text::Email;
use domain::user::User;
use tributary_store::{StoreError, Unique};

use crate::support::{Table, id, otp, otp_mails, owner};

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
async fn an_address_is_its_users_alone_and_no_username_that_looks_like_one() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "grace@example.com", "ada@example.com");
    table.store.create_account(&organisation, &user).await.unwrap();
    assert_eq!(table.store.user_by_email(&email("ADA@example.com")).await, Ok(Some(user.clone())));
    assert_eq!(table.store.user_by_email(&email("grace@example.com")).await, Ok(None));
    assert_eq!(table.store.user_by_login("grace@example.com").await, Ok(Some(user)));
}

#[tokio::test]
async fn a_one_time_password_is_accepted_once() {
    let table = Table::start().await;
    let (purpose, address) = (OtpPurpose::SignUp, email("ada@example.com"));
    let (organisation, user) = owner(10, "ada", "Ada@Example.com");
    table.store.create_account(&organisation, &user).await.unwrap();
    table.store.send_otp(purpose, &address, &otp(1), &otp_mails(1)).await.unwrap();
    assert_eq!(table.store.otp(purpose, &email("ADA@example.com")).await, Ok(Some(otp(1))));
    assert_eq!(table.store.otp(OtpPurpose::Reset, &address).await, Ok(None));

    let verified = verified(&user);
    let tries = (0..8).map(|_| async {
        let used = otp(1).used();
        table.store.accept_otp(purpose, &used, &verified).await
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(StoreError::Raced))), "{outcomes:?}");
    assert_eq!(table.store.user(user.id).await, Ok(Some(verified)));
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

#[tokio::test]
async fn a_sign_up_is_renewed_with_its_password_or_not_at_all() {
    let table = Table::start().await;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user).await.unwrap();
    let again = User { password_hash: "another".into(), version: 2, ..user.clone() };
    table.store.renew_sign_up(&otp(1), &otp_mails(1), &again).await.unwrap();
    let before = table.items().await;
    let late = User { password_hash: "a third".into(), version: 3, ..user };
    let early = User { version: 2, ..late.clone() };
    for (otp, mails, user) in
        [(otp(3), otp_mails(2), &late), (otp(2), otp_mails(3), &late), (otp(2), otp_mails(2), &early)]
    {
        assert_eq!(table.store.renew_sign_up(&otp, &mails, user).await, Err(StoreError::Raced));
    }
    assert_eq!(table.items().await, before);
    table.store.renew_sign_up(&otp(2), &otp_mails(2), &late).await.unwrap();
}
