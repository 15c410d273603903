//! Product categories: categories, found by their numbers.

use domain::attributes::{Attributes, Schema};
use domain::catalogue::{Category, CategoryPatch, NewCategory};
use domain::text::{LongText, Name};
use domain::{Action, Actor, Model};
use store::NumberPage;

use crate::{App, Error, Expected, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission on categories that their
/// verb names, and with [`domain::Error::NotFound`] for a number that no category has.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the categories; none past the end.
    pub async fn list_product_categories(
        &self,
        actor: &Actor,
        page: u64,
    ) -> Result<Option<NumberPage<Category>>, Error> {
        may(actor, Action::View, Model::Category)?;
        Ok(self.store.numbered_categories(actor.tenant(), page).await?)
    }

    /// The category of a number.
    pub async fn get_product_category(&self, actor: &Actor, number: u64) -> Result<Category, Error> {
        may(actor, Action::View, Model::Category)?;
        self.load_product_category(actor, number).await
    }

    /// Makes a category at the top of the tree.
    pub async fn create_product_category(&self, actor: &Actor, name: Name) -> Result<Category, Error> {
        may(actor, Action::Add, Model::Category)?;
        let (description, attributes) = (LongText::default(), Attributes::default());
        let new = NewCategory { name, description, parent: None, attributes };
        self.make_category(actor, new, Schema::default()).await
    }

    /// Changes a category's name.
    pub async fn update_product_category(
        &self,
        actor: &Actor,
        number: u64,
        name: Option<Name>,
        expected: Expected,
    ) -> Result<Category, Error> {
        may(actor, Action::Change, Model::Category)?;
        let id = self.load_product_category(actor, number).await?.id;
        self.update_category(actor, id, CategoryPatch { name, ..Default::default() }, expected).await
    }

    /// Removes a category; a conflict while others stand below it.
    pub async fn delete_product_category(&self, actor: &Actor, number: u64, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Category)?;
        let id = self.load_product_category(actor, number).await?.id;
        self.delete_category(actor, id, expected).await
    }

    async fn load_product_category(&self, actor: &Actor, number: u64) -> Result<Category, Error> {
        self.store.numbered_category(actor.tenant(), number).await?.ok_or(domain::Error::NotFound.into())
    }
}
