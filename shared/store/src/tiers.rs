//! Price tiers of catalogue items.

use domain::Tenant;
use domain::attributes::Attributes;
use domain::catalogue::PriceTier;
use domain::id::{ItemId, TierId};
use domain::money::Price;
use domain::text::Name;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{MetaBody, Stored, encode, encode_body, json_text};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TierBody {
    id: TierId,
    item: ItemId,
    name: Name,
    min_quantity: u32,
    price: Price,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for PriceTier {
    type Body = TierBody;
    const MODEL: Option<&'static str> = Some("PriceTier");

    fn body(&self) -> TierBody {
        let Self { id, item, name, min_quantity, price, attributes, meta } = self.clone();
        TierBody { id, item, name, min_quantity, price, attributes, meta: (&meta).into() }
    }

    fn restore(body: TierBody) -> Result<Self, StoreError> {
        let TierBody { id, item, name, min_quantity, price, attributes, meta } = body;
        Ok(Self { id, item, name, min_quantity, price, attributes, meta: meta.into() })
    }
}

fn tier_key(tenant: Tenant, tier: &PriceTier) -> Key {
    keys::member(tenant, Collection::Tier(tier.item), tier.id)
}

fn quantity_key(tenant: Tenant, tier: &PriceTier) -> Key {
    keys::unique_in(tenant, "TIER", &format!("{}#{}", tier.item, tier.min_quantity))
}

/// Price tiers; errors as for categories, and [`StoreError::Taken`] for a quantity.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A tier of an item.
    pub async fn tier(&self, tenant: Tenant, item: ItemId, id: TierId) -> Result<Option<PriceTier>, StoreError> {
        self.find(&keys::member(tenant, Collection::Tier(item), id)).await
    }

    /// All tiers of an item, oldest first.
    pub async fn tiers(&self, tenant: Tenant, item: ItemId) -> Result<Vec<PriceTier>, StoreError> {
        self.all(tenant, Collection::Tier(item)).await
    }

    /// A page of the tiers of an item, oldest first. [`StoreError::Missing`] when the item was
    /// deleted; an item that never was has no tiers.
    pub async fn tier_page(
        &self,
        tenant: Tenant,
        item: ItemId,
        page: PageRequest,
    ) -> Result<Page<PriceTier>, StoreError> {
        self.page(tenant, Collection::Tier(item), page, None).await
    }

    /// Writes a new tier.
    pub async fn create_tier(&self, tenant: Tenant, tier: &PriceTier) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(tier, &tier_key(tenant, tier))?);
        commit.claim(Unique::TierQuantity, quantity_key(tenant, tier), tier.id.uuid());
        // Says which item a tier belongs to, for who knows the tier's id alone.
        commit.claim(Unique::TierQuantity, tier_item_key(tenant, tier.id), tier.item.uuid());
        commit.commit(&self.table).await
    }

    /// A tier, by its id alone.
    pub async fn tier_by_id(&self, tenant: Tenant, id: TierId) -> Result<Option<PriceTier>, StoreError> {
        let Some(item) = self.holder(&tier_item_key(tenant, id)).await?.map(ItemId::new) else { return Ok(None) };
        // The tiers of a deleted item are out of reach with it.
        match self.item(tenant, item).await? {
            Some(_) => self.tier(tenant, item, id).await,
            None => Ok(None),
        }
    }

    /// Writes a tier over the one that was read.
    pub async fn save_tier(&self, tenant: Tenant, tier: &PriceTier, before: &PriceTier) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(tier, &tier_key(tenant, tier))?, before.meta.version);
        if tier.min_quantity != before.min_quantity {
            commit.release(quantity_key(tenant, before), tier.id.uuid());
            commit.claim(Unique::TierQuantity, quantity_key(tenant, tier), tier.id.uuid());
        }
        commit.commit(&self.table).await
    }

    /// Removes a tier; its quantity is free again.
    pub async fn delete_tier(&self, tenant: Tenant, tier: &PriceTier) -> Result<(), StoreError> {
        let key = tier_key(tenant, tier);
        let mut commit = Transaction::new();
        commit.put(encode_body(&tier.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, tier.meta.version);
        commit.release(quantity_key(tenant, tier), tier.id.uuid());
        commit.release(tier_item_key(tenant, tier.id), tier.item.uuid());
        commit.commit(&self.table).await
    }
}

fn tier_item_key(tenant: Tenant, id: TierId) -> Key {
    keys::unique_in(tenant, "TIER-ID", &id.to_string())
}
