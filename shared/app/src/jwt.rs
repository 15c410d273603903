//! JWTs: access tokens, and the refresh tokens that new ones are had for.

use domain::audit::AuditEvent;
use domain::id::UserId;
use domain::user::{EndedJwts, User};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use crate::{App, Error};

/// What a JWT is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TokenType {
    /// Requests.
    Access,
    /// Another access token.
    Refresh,
}

impl TokenType {
    const fn length(self) -> SignedDuration {
        match self {
            Self::Access => SignedDuration::from_mins(60),
            Self::Refresh => SignedDuration::from_hours(7 * 24),
        }
    }
}

/// What a JWT says. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) token_type: TokenType,
    pub(crate) sub: UserId,
    iat: i64,
    exp: i64,
    jti: Uuid,
    /// The `jti` of the refresh token of its sign-in, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Uuid>,
    /// Which of the user's resets it was issued after, by its instant in microseconds: `iat` has
    /// whole seconds, and a reset ends what was issued in the same one.
    after: i64,
}

impl Claims {
    /// Whether the user's credentials have not been ended since it was issued.
    pub(crate) fn holds_for(&self, user: &User) -> bool {
        self.after == last_reset(user) && !user.has_ended_jwts(self.sign_in())
    }

    /// Names the sign-in that it comes from, by its refresh token.
    fn sign_in(&self) -> Uuid {
        self.origin.unwrap_or(self.jti)
    }
}

fn last_reset(user: &User) -> i64 {
    user.credentials_valid_from.map_or(0, |at| at.as_microsecond())
}

/// A pair of JWTs.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// Good for requests, for 60 minutes.
    pub access: String,
    /// Good for other access tokens, for 7 days.
    pub refresh: String,
}

impl std::fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenPair(…)")
    }
}

impl App {
    /// Issues a pair of JWTs for a user who has proven to be one.
    ///
    /// # Errors
    /// None that happens.
    pub fn issue_tokens(&self, user: &User) -> Result<TokenPair, Error> {
        let sign_in = self.new_id();
        Ok(TokenPair {
            access: self.issue_jwt(user, TokenType::Access, sign_in)?,
            refresh: self.issue_jwt(user, TokenType::Refresh, sign_in)?,
        })
    }

    /// Issues another access token for a refresh token.
    ///
    /// # Errors
    /// [`Error::CredentialInvalid`].
    pub async fn refresh_access(&self, refresh: &str) -> Result<String, Error> {
        let claims = self.read_jwt(refresh, TokenType::Refresh)?;
        let user = self.store.user(claims.sub).await?.filter(|user| claims.holds_for(user));
        self.issue_jwt(&user.ok_or(Error::CredentialInvalid)?, TokenType::Access, claims.sign_in())
    }

    /// Ends the sign-in of a refresh token, with the access tokens that came of it. Warm instances may trust those for a
    /// minute more.
    ///
    /// # Errors
    /// [`Error::CredentialInvalid`], also if it was ended before.
    pub async fn end_sign_in(&self, refresh: &str) -> Result<(), Error> {
        let claims = self.read_jwt(refresh, TokenType::Refresh)?;
        let until = Timestamp::from_second(claims.exp).map_err(|_| Error::CredentialInvalid)?;
        self.retrying(async || {
            let user = self.store.user(claims.sub).await?.filter(|user| claims.holds_for(user));
            let mut user = user.ok_or(Error::CredentialInvalid)?;
            let before = user.version;
            user.end_jwts(EndedJwts { id: claims.sign_in(), until }, self.now());
            user.version += 1;
            let entry = self.entry_of_user(AuditEvent::SignedOut, &user);
            Ok(self.store.recording(&entry)?.save_user(&user, before).await?)
        })
        .await?;
        self.sessions.forget_user(claims.sub);
        Ok(())
    }

    fn issue_jwt(&self, user: &User, token_type: TokenType, sign_in: Uuid) -> Result<String, Error> {
        let now = self.now();
        let (jti, origin) = match token_type {
            TokenType::Access => (self.new_id(), Some(sign_in)),
            TokenType::Refresh => (sign_in, None),
        };
        let claims = Claims {
            token_type,
            sub: user.id,
            iat: now.as_second(),
            exp: (now + token_type.length()).as_second(),
            jti,
            origin,
            after: last_reset(user),
        };
        install_provider();
        let key = self.signing_keys.signing(now);
        let header = Header { kid: Some(key.id), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key.bytes))
            .map_err(|error| Error::Defect(error.to_string()))
    }

    /// What a JWT of ours says, if it is of this type and has not expired.
    pub(crate) fn read_jwt(&self, token: &str, token_type: TokenType) -> Result<Claims, Error> {
        install_provider();
        let mut validation = Validation::new(Algorithm::HS256);
        // The crate would ask the system's clock, and allow a minute more.
        validation.validate_exp = false;
        validation.leeway = 0;
        validation.set_required_spec_claims(&["exp", "sub"]);
        let header = jsonwebtoken::decode_header(token).map_err(|_| Error::CredentialInvalid)?;
        let key = self.signing_keys.verifying(header.kid.as_deref()).ok_or(Error::CredentialInvalid)?;
        let key = DecodingKey::from_secret(&key.bytes);
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map(|token| token.claims);
        let claims = claims.map_err(|_| Error::CredentialInvalid)?;
        let is_good = claims.token_type == token_type && self.now().as_second() < claims.exp;
        if is_good { Ok(claims) } else { Err(Error::CredentialInvalid) }
    }
}

/// `jsonwebtoken` brings its own cryptography only together with that of RSA and of curves, or of
/// AWS. HS256 is all that is needed, and HMAC-SHA256 is here.
static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

fn install_provider() {
    // All but the first call find it installed.
    let _ = PROVIDER.install_default();
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, secret: &[u8]) -> JwtResult<Self> {
        match algorithm {
            Algorithm::HS256 => Hmac::new_from_slice(secret).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into()),
            _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
        }
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> JwtResult<Box<dyn JwtSigner>> {
    Ok(Box::new(Hs256::new(*algorithm, key.as_bytes())?))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    Ok(Box::new(Hs256::new(*algorithm, key.try_get_as_bytes()?)?))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        self.0.clone().chain_update(message).verify_slice(signature).map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7515, appendix A.1.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let message = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let hs256 = Hs256::new(Algorithm::HS256, &URL_SAFE_NO_PAD.decode(key).unwrap()).unwrap();
        let signature = hs256.try_sign(message).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(&signature), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert!(hs256.verify(message, &signature).is_ok());
        assert!(hs256.verify(b"another", &signature).is_err());
        assert!(hs256.verify(message, &vec![]).is_err());
    }
}
