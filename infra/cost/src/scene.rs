//! A local cloud with one organisation, its owner's credentials of every kind, and what is done with them.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::BASE32_NOPAD;
use domain::second_factor::SecondFactor;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tributary_local::{Cloud, Options, Registry};

use crate::Failure;
use crate::call::{Answer, Call, Credential, Gateway};
use crate::functions::{Watch, bootstraps, in_process};
use crate::reading;

/// How long something may take that follows from something else.
const PATIENCE: Duration = Duration::from_secs(20);

/// Every user's password.
pub const PASSWORD: &str = "SecurePass123!";

/// A cloud, and who is in it.
pub struct Scene {
    /// The cloud.
    pub cloud: Cloud,
    /// What its functions are called with.
    pub watch: Watch,
    /// The owner's name.
    pub username: String,
    /// The organisation.
    pub organisation: String,
    gateway: Gateway,
    token: String,
    api_key: String,
    access: String,
    serial: AtomicU64,
}

/// The owner of another organisation, which has nothing yet.
#[derive(Debug, Clone)]
pub struct Stranger {
    /// The organisation.
    pub organisation: String,
    token: String,
}

impl Stranger {
    /// A request of theirs.
    #[must_use]
    pub fn call(&self, method: Method, path: impl Into<String>) -> Call {
        Call::new(method, path).by(Credential::None).with("authorization", format!("Token {}", self.token))
    }
}

impl Scene {
    /// The code of a second factor, so many steps ahead of the present one.
    ///
    /// # Errors
    /// The secret is not base32.
    pub fn totp(&self, secret: &str, ahead: u64) -> Result<String, Failure> {
        let step = self.cloud.environment().clock.now().as_second() / SecondFactor::STEP;
        Ok(app::totp::code(&BASE32_NOPAD.decode(secret.as_bytes())?, step.unsigned_abs() + ahead))
    }

    /// Starts a cloud that keeps nothing, with the functions of this process or the bootstraps of a directory, and
    /// signs its owner up.
    ///
    /// # Errors
    /// Something of that fails.
    pub async fn open(directory: Option<&Path>) -> Result<Self, Failure> {
        reading::listen();
        let watch = Watch::default();
        let mut fault = None;
        let mut options = Options::ephemeral();
        options.parameters.insert("TrustedProxies".into(), "127.0.0.1".into());
        let cloud = Cloud::start(options, |environment| {
            let functions = match directory {
                None => in_process(environment, &watch),
                Some(directory) => bootstraps(environment, directory, &watch),
            };
            functions.unwrap_or_else(|error| {
                fault = Some(error);
                Registry::new()
            })
        });
        let cloud = cloud.await;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let cloud = cloud?;
        let mut scene = Self {
            gateway: Gateway::at(cloud.base_url()),
            cloud,
            watch,
            username: "owner".into(),
            organisation: String::new(),
            token: String::new(),
            api_key: String::new(),
            access: String::new(),
            serial: AtomicU64::new(1),
        };
        scene.let_in().await?;
        Ok(scene)
    }

    async fn let_in(&mut self) -> Result<(), Failure> {
        let username = self.username.clone();
        let email = self.sign_up(&username).await?;
        let body = json!({"username": username, "password": PASSWORD});
        self.token = text(&self.post("/api-token-auth/", &body).await?, "/token")?;
        self.organisation = text(&self.get("/api/me/").await?, "/organization_id")?;
        let keys = format!("/api/businesses/{}/api-keys", self.business());
        self.api_key = text(&self.post(&keys, &json!({})).await?, "/api_key")?;
        self.post("/api/login/", &json!({"email": email, "password": PASSWORD})).await?;
        let body = json!({"email": email, "otp": self.one_time_password(&email).await?});
        self.access = text(&self.post("/api/verify-login-otp/", &body).await?, "/access")?;
        Ok(())
    }

    /// Signs a user up, and gives the address.
    ///
    /// # Errors
    /// It is refused.
    pub async fn sign_up(&self, username: &str) -> Result<String, Failure> {
        let email = format!("{username}@example.com");
        let body = json!({"username": username, "email": email, "password": PASSWORD});
        self.anonymous("/api/signup/", &body).await?;
        let body = json!({"email": email, "otp": self.one_time_password(&email).await?});
        self.anonymous("/api/verify-signup-otp/", &body).await?;
        Ok(email)
    }

    /// Signs the owner of another organisation up.
    ///
    /// # Errors
    /// It is refused.
    pub async fn stranger(&self) -> Result<Stranger, Failure> {
        let username = format!("owner{}", self.fresh());
        self.sign_up(&username).await?;
        let body = json!({"username": username, "password": PASSWORD});
        let token = text(&self.anonymous("/api-token-auth/", &body).await?, "/token")?;
        let mut stranger = Stranger { organisation: String::new(), token };
        let me = self.send(&stranger.call(Method::GET, "/api/me/")).await?.json()?;
        stranger.organisation = text(&me, "/organization_id")?;
        Ok(stranger)
    }

    /// The newest one-time password that was mailed to an address.
    ///
    /// # Errors
    /// There is none.
    pub async fn one_time_password(&self, email: &str) -> Result<String, Failure> {
        let mails = self.cloud.mailbox().list().await?;
        let mail = mails.iter().find(|mail| mail.to.iter().any(|to| to == email)).ok_or("no mail to that address")?;
        let text = mail.text.as_deref().unwrap_or_default();
        let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6);
        Ok(code.ok_or("no code in the mail")?.to_owned())
    }

    /// The organisation as clawprint names it.
    #[must_use]
    pub fn business(&self) -> String {
        format!("biz_{}", self.organisation.replace('-', ""))
    }

    /// A number that was not given yet, always of the same width.
    pub fn fresh(&self) -> String {
        format!("{:07}", self.serial.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a request. Where a key has had its requests for now, it waits.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn send(&self, call: &Call) -> Result<Answer, Failure> {
        let authorization = match call.credential {
            Credential::None => None,
            Credential::Token => Some(format!("Token {}", self.token)).filter(|_| !self.token.is_empty()),
            Credential::ApiKey => Some(format!("Bearer {}", self.api_key)),
            Credential::Jwt => Some(format!("Bearer {}", self.access)),
            Credential::Basic => Some(format!("Basic {}", STANDARD.encode(format!("{}:{PASSWORD}", self.username)))),
        };
        let call = &self.sent_from_somewhere(call);
        loop {
            let answer = self.gateway.send(call, authorization.as_deref()).await?;
            match answer.header("retry-after").filter(|_| answer.status == StatusCode::TOO_MANY_REQUESTS) {
                Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds.parse()?)).await,
                None => return Ok(answer),
            }
        }
    }

    /// The request from a source of its own, where it causes a mail: of those, one source may cause few.
    fn sent_from_somewhere(&self, call: &Call) -> Call {
        if !call.path.starts_with("/api/signup") && !call.path.starts_with("/api/forget-password") {
            return call.clone();
        }
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        call.clone().with("x-forwarded-for", format!("198.18.{}.{}", serial / 250 % 250, serial % 250))
    }

    /// Reads something by the owner's token.
    ///
    /// # Errors
    /// It is refused.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(&Call::new(Method::GET, path)).await?.json()
    }

    /// Makes something by the owner's token.
    ///
    /// # Errors
    /// It is refused.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let answer = self.send(&Call::new(Method::POST, path).json(body)).await?;
        answer.json().map_err(|error| format!("POST {path} {body}: {error}").into())
    }

    /// Changes something by the owner's token.
    ///
    /// # Errors
    /// It is refused.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let answer = self.send(&Call::new(Method::PATCH, path).json(body)).await?;
        answer.json().map_err(|error| format!("PATCH {path} {body}: {error}").into())
    }

    /// Sends JSON as nobody.
    ///
    /// # Errors
    /// It is refused.
    pub async fn anonymous(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send(&Call::new(Method::POST, path).by(Credential::None).json(body)).await?.json()
    }

    /// Waits until something is there.
    ///
    /// # Errors
    /// It does not come.
    pub async fn eventually<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let started = Instant::now();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{what}: not within {PATIENCE:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A text in JSON.
///
/// # Errors
/// There is none at that place.
pub fn text(value: &Value, pointer: &str) -> Result<String, Failure> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found.ok_or_else(|| format!("no text at {pointer} in {value}"))?.to_owned())
}
