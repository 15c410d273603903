//! Exports: all that an organisation has, as lines of JSON in one file.
//!
//! An organisation can be larger than what one call reads, so the work is done in parts. Each part is
//! uploaded under its number and then noted with how far it came: a part that was not noted is
//! uploaded again in its own place, and no line is lost or comes twice.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use domain::actor::Permission;
use domain::audit::AuditEvent;
use domain::export::Export;
use domain::id::{ExportId, OrganisationId};
use domain::{Action, Model, Tenant};
use futures::FutureExt;
use store::{ExportJob, Scope, StoreError, Upload, WalkCursor, Work};

use crate::bucket::{Bucket, unavailable};
use crate::queue::{WorkQueue, WorkRef};
use crate::session::Session;
use crate::{App, Error};

/// A part is uploaded when it has so many bytes; S3 wants 5 MiB of each but the last.
const PART_BYTES: usize = 6 << 20;
/// How many items are read at a time.
const PAGE: usize = 500;
/// A line of the file.
const MEDIA_TYPE: &str = "application/x-ndjson";

/// What becomes of a message about work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The work is done, or somebody else does it.
    Done,
    /// More is to be done after a while.
    After(Duration),
}

/// What is under it belongs to an organisation's exports.
pub(crate) fn prefix(tenant: Tenant) -> String {
    format!("exports/{}/", tenant.organisation())
}

fn key(tenant: Tenant, id: ExportId) -> String {
    format!("{}{id}.jsonl", prefix(tenant))
}

impl Bucket {
    async fn begin(&self, key: &str) -> Result<String, Error> {
        let request = self.client.create_multipart_upload().bucket(&*self.name).key(key).content_type(MEDIA_TYPE);
        let begun = request.send().boxed().await.map_err(unavailable)?;
        begun.upload_id.ok_or_else(|| Error::Defect("an upload without an id".into()))
    }

    /// Puts the next part of a file, or puts it anew.
    async fn put_part(&self, key: &str, upload: &Upload, part: Vec<u8>) -> Result<String, Error> {
        let request = self.client.upload_part().bucket(&*self.name).key(key).upload_id(&upload.id);
        let request = request.part_number(number(upload.parts.len())).body(ByteStream::from(part));
        let put = request.send().boxed().await.map_err(unavailable)?;
        put.e_tag.ok_or_else(|| Error::Defect("a part without a tag".into()))
    }

    /// Makes one file of the parts; false when they are not those that were noted.
    async fn complete(&self, key: &str, upload: &Upload) -> Result<bool, Error> {
        let part = |(place, tag)| CompletedPart::builder().part_number(number(place)).e_tag(tag).build();
        let parts = upload.parts.iter().enumerate().map(part).collect();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client.complete_multipart_upload().bucket(&*self.name).key(key).upload_id(&upload.id);
        match request.multipart_upload(parts).send().boxed().await {
            Ok(_) => Ok(true),
            Err(error) => match error.raw_response().map(|answer| answer.status().as_u16()) {
                // Two calls were about the same part, or it was completed and that was not noted.
                Some(400 | 404) => Ok(false),
                Some(_) | None => Err(unavailable(error)),
            },
        }
    }
}

/// The number of the part in a place.
fn number(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX).saturating_add(1)
}

/// Exports are the owner's: others fail with [`domain::Error::Forbidden`], and for an organisation of which the
/// caller is no member with [`domain::Error::NotFound`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// Has all that an organisation has written to a file. [`domain::Error::Conflict`] while one is being written, and
    /// [`domain::Error::TooMany`] within an hour of the last.
    pub async fn request_export(
        &self,
        queue: &WorkQueue,
        session: &Session,
        organisation: OrganisationId,
    ) -> Result<Export, Error> {
        let actor = self.owned(session, organisation, Permission(Action::Add, Model::Export)).await?;
        let tenant = actor.tenant();
        let export = Export::requested(ExportId::new(self.new_id()), self.now());
        let job = ExportJob { export, cursor: Some(WalkCursor::default()), upload: None, version: 1 };
        self.retrying(async || {
            if let Some(newest) = self.store.newest_export(tenant).await? {
                self.export_may_follow(queue, tenant, &newest).await?;
            }
            let entry = self.entry(AuditEvent::ExportRequested, &actor).about(export.id);
            Ok(self.store.recording(&entry)?.create_export(tenant, &job, export.requested_at).await?)
        })
        .await?;
        queue.send(WorkRef::new(tenant, Work::Export(export.id))).await?;
        Ok(export)
    }

    async fn export_may_follow(&self, queue: &WorkQueue, tenant: Tenant, newest: &ExportJob) -> Result<(), Error> {
        if newest.export.finished_at.is_none() {
            // One that nobody has begun may never have been queued.
            if newest.version == 1 {
                queue.send(WorkRef::new(tenant, Work::Export(newest.export.id))).await?;
            }
            return Err(domain::Error::Conflict(format!("The export {} is being written.", newest.export.id)).into());
        }
        let wait = (newest.export.requested_at + Export::INTERVAL).duration_since(self.now());
        match u32::try_from(wait.as_secs()) {
            Ok(retry_after @ 1..) => Err(domain::Error::TooMany { retry_after }.into()),
            Ok(0) | Err(_) => Ok(()),
        }
    }

    /// Queues the work that has not gone on for an hour: its message may be lost. Says how much that was.
    ///
    /// # Errors
    /// The index cannot be read, or SQS takes no message.
    pub async fn resume_work(&self, queue: &WorkQueue) -> Result<u32, Error> {
        let mut resumed = 0;
        for (tenant, work) in self.store.stalled_work(self.now()).await? {
            queue.send(WorkRef::new(tenant, work)).await?;
            resumed += 1;
        }
        Ok(resumed)
    }

    /// An export, and a link to its file when that is complete.
    pub async fn get_export(
        &self,
        bucket: &Bucket,
        session: &Session,
        organisation: OrganisationId,
        id: ExportId,
    ) -> Result<(Export, Option<String>), Error> {
        let tenant = self.owned(session, organisation, Permission(Action::View, Model::Export)).await?.tenant();
        let job = self.store.export(tenant, id).await?.filter(|job| job.export.expires_at > self.now());
        let export = job.ok_or(domain::Error::NotFound)?.export;
        let (key, is_done) = (key(tenant, id), export.finished_at.is_some());
        if is_done && !bucket.has(&key).await? {
            return Err(domain::Error::NotFound.into());
        }
        let link = if is_done { Some(bucket.link(&key).await?) } else { None };
        Ok((export, link))
    }

    /// Writes the next part of an export, and completes its file after the last.
    ///
    /// # Errors
    /// S3's and the store's: the part is written again.
    pub async fn work_on_export(&self, bucket: &Bucket, tenant: Tenant, id: ExportId) -> Result<Progress, Error> {
        let Some(mut job) = self.store.export(tenant, id).await? else { return Ok(Progress::Done) };
        if job.export.finished_at.is_some() {
            return Ok(Progress::Done);
        }
        let (key, before) = (key(tenant, id), job.version);
        let mut upload = match job.upload.take() {
            Some(upload) => upload,
            None => Upload { id: bucket.begin(&key).await?, parts: vec![] },
        };
        match job.cursor.take() {
            Some(cursor) => {
                let (part, lines, next) = self.part(tenant, cursor, upload.parts.is_empty()).await?;
                let bytes = part.len();
                // Nothing may be left for the last part, whose file is complete then.
                if !part.is_empty() {
                    let tag = bucket.put_part(&key, &upload, part).await?;
                    upload.parts.push(tag);
                }
                job.export.lines += lines;
                job.export.bytes += u64::try_from(bytes).unwrap_or(0);
                job.cursor = next;
            }
            None if bucket.complete(&key, &upload).await? => {
                job.export.finished_at = Some(self.now());
                job.export.expires_at = self.now() + Export::LIFE;
            }
            None => {
                tracing::warn!(export = %id, "the parts of an export do not fit together: it begins anew");
                job.export = Export { lines: 0, bytes: 0, ..job.export };
                (job.cursor, upload) =
                    (Some(WalkCursor::default()), Upload { id: bucket.begin(&key).await?, parts: vec![] });
            }
        }
        job.upload = Some(upload);
        job.version += 1;
        match self.store.save_export(tenant, &job, before, self.now()).await {
            Ok(()) if job.export.finished_at.is_some() => Ok(Progress::Done),
            Ok(()) => Ok(Progress::After(Duration::ZERO)),
            // Another message is about the same work, or the organisation is being closed.
            Err(StoreError::Raced) => Ok(Progress::Done),
            Err(other) => Err(other.into()),
        }
    }

    /// The lines from where the last part ended, as many as one part takes.
    async fn part(
        &self,
        tenant: Tenant,
        cursor: WalkCursor,
        is_first: bool,
    ) -> Result<(Vec<u8>, u64, Option<WalkCursor>), Error> {
        let (mut part, mut lines, mut next) = (Vec::new(), 0, Some(cursor));
        let organisation = if is_first { self.store.organisation_line(tenant).await? } else { None };
        if let Some(line) = organisation {
            part.extend(format!("{line}\n").into_bytes());
            lines += 1;
        }
        while part.len() < PART_BYTES {
            let Some(cursor) = next.take() else { break };
            let (items, after) = self.store.walk(tenant, Scope::Books, cursor, PAGE).await?;
            for item in items {
                if let Some(line) = item.line()? {
                    part.extend(format!("{line}\n").into_bytes());
                    lines += 1;
                }
            }
            next = after;
        }
        Ok((part, lines, next))
    }
}
