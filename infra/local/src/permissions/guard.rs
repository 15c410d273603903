//! The HTTP client of a function: what its role does not allow is answered here, as AWS answers it.

use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::config_bag::ConfigBag;

use super::{Role, call};

/// The client, with the permissions of a role.
pub(crate) fn guarded(client: SharedHttpClient, role: Role) -> SharedHttpClient {
    SharedHttpClient::new(Guarded { client, role })
}

/// Refuses to sign a link to what the role does not allow: it would lead nowhere, since it may do what its signer may.
#[derive(Debug)]
pub(crate) struct SignedLinks {
    /// The signer's.
    pub(crate) role: Role,
}

impl Intercept for SignedLinks {
    fn name(&self) -> &'static str {
        "SignedLinks"
    }

    fn read_after_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !context.request().uri().contains("X-Amz-Signature=") {
            return Ok(());
        }
        let call = call::read(context.request())?;
        match call.needs.iter().find(|access| !self.role.allows(access)) {
            Some(denied) => Err(format!("{} is not authorized to perform {denied}", self.role.name()).into()),
            None => Ok(()),
        }
    }
}

#[derive(Debug)]
struct Guarded {
    client: SharedHttpClient,
    role: Role,
}

impl HttpClient for Guarded {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(GuardedConnector { connector, role: self.role.clone() })
    }
}

#[derive(Debug)]
struct GuardedConnector {
    connector: SharedHttpConnector,
    role: Role,
}

impl HttpConnector for GuardedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = match call::read(&request) {
            Ok(call) => call,
            Err(unknown) => return HttpConnectorFuture::ready(Ok(refusal(&self.role, &unknown))),
        };
        if let Some(denied) = call.needs.iter().find(|access| !self.role.allows(access)) {
            return HttpConnectorFuture::ready(Ok(refusal(&self.role, &denied.to_string())));
        }
        let answer = self.connector.call(request);
        let Some(to_miss) = call.to_miss else { return answer };
        let role = self.role.clone();
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let hides = answer.status().as_u16() == 404 && !role.allows(&to_miss);
            Ok(if hides { refusal(&role, &to_miss.to_string()) } else { answer })
        })
    }
}

/// What AWS answers: the services' JSON, and S3, which the SDK knows by the status.
fn refusal(role: &Role, what: &str) -> HttpResponse {
    let message = format!("{} is not authorized to perform {what}", role.name());
    tracing::error!("{message}");
    let body = serde_json::json!({"__type": "AccessDeniedException", "message": message}).to_string();
    let forbidden = StatusCode::try_from(403).expect("403 is a status");
    let mut answer = HttpResponse::new(forbidden, SdkBody::from(body));
    answer.headers_mut().insert("x-amzn-errortype", "AccessDeniedException");
    answer
}
