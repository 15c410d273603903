//! What answers and the log must not tell.

use serde_json::Value;

use super::*;
use crate::routes::process::Process;

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_and_no_line_of_the_log_shows_an_otp_a_password_or_a_token() {
    let mut process = Process::start();
    let mut secrets: Vec<String> = [PASSWORD, NEW_PASSWORD, "wrong-password"].map(str::to_owned).into();
    let mut answers = vec![signs_up(&process.remote).await];
    let otp = process.remote.otp(EMAIL).await;
    answers.push(verifies(&process.remote, "/api/verify-signup-otp/", &other_than(&otp)).await);
    answers.push(verifies(&process.remote, "/api/verify-signup-otp/", &otp).await);
    secrets.extend([otp.clone(), other_than(&otp)]);
    answers.push(logs_in(&process.remote, "wrong-password").await);
    answers.push(logs_in(&process.remote, PASSWORD).await);
    let otp = process.remote.otp(EMAIL).await;
    answers.push(verifies(&process.remote, "/api/verify-login-otp/", &other_than(&otp)).await);
    let pair = verifies(&process.remote, "/api/verify-login-otp/", &otp).await;
    secrets.extend([otp.clone(), other_than(&otp)]);
    let [access, refresh] = ["access", "refresh"].map(|name| pair.json()[name].as_str().unwrap().to_owned());
    let renewed = post(&process.remote, "/api/token/refresh/", json!({"refresh": refresh})).await;
    answers.push(post(&process.remote, "/api/token/refresh/", json!({"refresh": access})).await);
    answers.push(get(&process.remote, "/api/me/", &format!("Bearer {access}")).await);
    answers.push(get(&process.remote, "/api/me/", &format!("Bearer {refresh}")).await);
    answers.push(forgets(&process.remote).await);
    let otp = process.remote.otp(EMAIL).await;
    answers.push(verifies(&process.remote, "/api/verify-forget-password-otp/", &otp).await);
    answers.push(resets(&process.remote, NEW_PASSWORD).await);
    secrets.extend([otp, access, refresh, renewed.json()["access"].as_str().unwrap().to_owned()]);
    assert_eq!((pair.status.as_u16(), renewed.status.as_u16()), (200, 200));
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [201, 400, 200, 401, 200, 400, 401, 200, 401, 200, 200, 200]);

    // The digits of an OTP can stand in a number or an id by chance, so they are looked for as a text of their own.
    let shows = |text: &str, secret: &str| {
        if secret.len() > 6 { text.contains(secret) } else { words(text).any(|word| word == secret) }
    };
    for answer in &answers {
        assert!(!secrets.iter().any(|secret| shows(&answer.text, secret)), "{}", answer.text);
    }
    for answer in answers.iter().chain([&pair, &renewed]) {
        let line = process.line_of(answer);
        assert!(line["route"].as_str().is_some_and(|route| route.starts_with("/api/")), "{line}");
    }
    assert!(process.log.len() >= answers.len() + 2);
    for line in &process.log {
        let texts: Vec<&str> = line.as_object().unwrap().values().filter_map(Value::as_str).collect();
        for text in texts {
            assert!(!secrets.iter().any(|secret| shows(text, secret)) && !text.contains(EMAIL), "{line}");
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}
