//! Payment methods. They need the permissions on categories: both are words that an organisation
//! sorts its books by.

use domain::numbered::NumberOrName;
use domain::payment_method::{PaymentMethod, PaymentMethodName};
use domain::{Action, Actor, Model, Patch};
use store::{NumberPage, Series};

use crate::references::no_such;
use crate::{App, Error, Expected, check_version, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission on categories that their
/// verb names, and with [`domain::Error::NotFound`] for a number that no method has.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the payment methods; none past the end.
    pub async fn list_payment_methods(
        &self,
        actor: &Actor,
        page: u64,
    ) -> Result<Option<NumberPage<PaymentMethod>>, Error> {
        may(actor, Action::View, Model::Category)?;
        Ok(self.store.payment_methods(actor.tenant(), page).await?)
    }

    /// The payment method of a number.
    pub async fn get_payment_method(&self, actor: &Actor, number: u64) -> Result<PaymentMethod, Error> {
        may(actor, Action::View, Model::Category)?;
        self.load_payment_method(actor, number).await
    }

    /// Makes a payment method.
    pub async fn create_payment_method(&self, actor: &Actor, name: PaymentMethodName) -> Result<PaymentMethod, Error> {
        may(actor, Action::Add, Model::Category)?;
        let method = PaymentMethod::create(name, self.stamp(actor));
        self.retrying(async || {
            let [number] = self.store.next_numbers(actor.tenant(), [Series::PaymentMethod]).await?;
            let method = PaymentMethod { number, ..method.clone() };
            self.store.create_payment_method(actor.tenant(), &method).await?;
            Ok(method)
        })
        .await
    }

    /// Changes a payment method's name.
    pub async fn update_payment_method(
        &self,
        actor: &Actor,
        number: u64,
        name: Option<PaymentMethodName>,
        expected: Expected,
    ) -> Result<PaymentMethod, Error> {
        may(actor, Action::Change, Model::Category)?;
        self.retrying(async || {
            let method = self.load_payment_method(actor, number).await?;
            let before = method.meta.version;
            check_version(expected, before)?;
            let method = method.rename(name.clone(), self.stamp(actor));
            self.store.save_payment_method(actor.tenant(), &method, before).await?;
            Ok(method)
        })
        .await
    }

    /// Removes a payment method. What names it keeps its number.
    pub async fn delete_payment_method(&self, actor: &Actor, number: u64, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Category)?;
        self.retrying(async || {
            let method = self.load_payment_method(actor, number).await?;
            check_version(expected, method.meta.version)?;
            Ok(self.store.delete_payment_method(actor.tenant(), &method).await?)
        })
        .await
    }

    async fn load_payment_method(&self, actor: &Actor, number: u64) -> Result<PaymentMethod, Error> {
        self.store.payment_method(actor.tenant(), number).await?.ok_or(domain::Error::NotFound.into())
    }

    /// The number of a payment method that is written.
    pub(crate) async fn payment_method_of(
        &self,
        actor: &Actor,
        method: Option<NumberOrName>,
    ) -> Result<Option<u64>, Error> {
        match method {
            Some(method) => self.payment_method_or(actor, method, async || Ok(None)).await.map(Some),
            None => Ok(None),
        }
    }

    /// The change of a payment method that is written where there is `current`, which may have been deleted since.
    pub(crate) async fn payment_method_after(
        &self,
        actor: &Actor,
        method: Patch<NumberOrName>,
        current: impl AsyncFnOnce() -> Result<Option<u64>, Error>,
    ) -> Result<Patch<u64>, Error> {
        Ok(match method {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(method) => Patch::Set(self.payment_method_or(actor, method, current).await?),
        })
    }

    async fn payment_method_or(
        &self,
        actor: &Actor,
        method: NumberOrName,
        current: impl AsyncFnOnce() -> Result<Option<u64>, Error>,
    ) -> Result<u64, Error> {
        const FIELD: &str = "payment_method";
        let NumberOrName::Number(number) = method else {
            let all = self.store.all_payment_methods(actor.tenant()).await?.into_iter();
            let named = all.filter(|one| method.is(one.number, one.name.as_str()));
            return only(FIELD, &method, named.map(|one| one.number));
        };
        if self.store.payment_method(actor.tenant(), number).await?.is_some() || current().await? == Some(number) {
            return Ok(number);
        }
        Err(no_such(FIELD, number))
    }
}

/// What a name means, where it is that of one thing alone.
pub(crate) fn only<T>(field: &str, name: &NumberOrName, mut named: impl Iterator<Item = T>) -> Result<T, Error> {
    match (named.next(), named.next()) {
        (None, _) => Err(no_such(field, name)),
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            Err(domain::Error::field(field, format!("More than one is named \"{name}\": write the id.")).into())
        }
    }
}
