//! The templates in use: loaded once, drawn with by everybody, and changed in one place.
//!
//! The files in the folder are the truth, as Git and people know them; nothing keeps a second copy. A change is tried out with all
//! other files of the folder before anything is written. Who has begun to draw goes on with what was there; who begins then
//! has the new. What somebody changes in the folder by hand counts from the next change or the next start.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use sla_core::evidence::sha256_hex;
use sla_core::time::UnixSeconds;
use sla_ledger::{Actor, Ledger, LedgerError, TemplateChange, TemplateEntry};
use sla_report::{
    Preview, ReportError, TemplateChanges, TemplateError, TemplateFinding, TemplateName, TemplateSource, Templates,
    preview_html,
};
use tokio::sync::{Mutex, Semaphore};

use crate::bundle::{MOST_TEMPLATE_BYTES, MOST_TEMPLATE_FILES};
use crate::outfile::{OutFileError, put_over};

/// How many are tried out at once: it is the processor's work, which others need as well.
const TRIALS: usize = 2;

/// The templates in use and where they come from.
pub struct Wording {
    folder: Option<PathBuf>,
    current: RwLock<Arc<Templates>>,
    changing: Mutex<()>,
    trials: Semaphore,
}

/// A template as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFile {
    /// Its name.
    pub name: TemplateName,
    /// Whether it lies in the folder; otherwise it is the one that comes with the program.
    pub is_own: bool,
    /// What it consists of.
    pub bytes: Vec<u8>,
    /// SHA-256 of that, in hex.
    pub sha256: String,
}

/// A change that somebody wants.
#[derive(Clone, Debug)]
pub struct TemplateChangeRequest {
    /// The file.
    pub name: TemplateName,
    /// What it shall consist of; `None` for the one that comes with the program, or for none where none does.
    pub bytes: Option<Vec<u8>>,
    /// SHA-256 of what they looked at; `None` where nothing was there.
    pub seen: Option<String>,
    /// The name of who changes it.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// Now.
    pub now: UnixSeconds,
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateChanged {
    /// The file as it is since; `None` where it is gone.
    pub file: Option<TemplateFile>,
    /// Whether it was so before, and nothing was written.
    pub unchanged: bool,
}

/// A document that was drawn with changes that are not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The page; none where there are mistakes.
    pub page: Option<String>,
    /// Every mistake.
    pub findings: Vec<TemplateFinding>,
}

/// Why templates are not changed or read.
#[derive(Debug, thiserror::Error)]
pub enum WordingError {
    /// There is no folder to put files in.
    #[error(
        "this program has no folder of templates, so they can be read and not changed; start it with --templates DIR"
    )]
    NoFolder,
    /// No such file.
    #[error("there is no template {name}")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// It is there, and whoever changes it does not say what they looked at.
    #[error("{name} is there already; look at it before it is changed")]
    NotSeen {
        /// Its name.
        name: String,
    },
    /// Something else is there than what was looked at.
    #[error("{name} has changed since it was looked at")]
    Stale {
        /// Its name.
        name: String,
    },
    /// More bytes than such a file may have.
    #[error("{name} would have {bytes} bytes; expected at most {most_bytes}")]
    TooLarge {
        /// Its name.
        name: String,
        /// How many.
        bytes: u64,
        /// How many it may have.
        most_bytes: u64,
    },
    /// The folder would hold more than a sealed month may.
    #[error(
        "the folder would hold more than {MOST_TEMPLATE_FILES} files or {MOST_TEMPLATE_BYTES} bytes, and a month could not be \
         sealed with it; remove what is not needed"
    )]
    Full,
    /// The folder with the change has mistakes.
    #[error("with this change the templates have {} {}; the first: {}", .0.len(), if .0.len() == 1 { "mistake" } else { "mistakes" }, .0.first().map(ToString::to_string).unwrap_or_default())]
    Unsound(Vec<TemplateFinding>),
    /// A file that cannot be read.
    #[error("{name} cannot be read: {reason}")]
    Unreadable {
        /// Its name.
        name: String,
        /// What the system says.
        reason: String,
    },
    /// The system does not write it.
    #[error(transparent)]
    File(#[from] OutFileError),
    /// The ledger does not record it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl WordingError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFolder => "templates.no_folder",
            Self::Unknown { .. } => "templates.unknown",
            Self::NotSeen { .. } => "templates.not_seen",
            Self::Stale { .. } => "templates.stale",
            Self::TooLarge { .. } => "templates.too_large",
            Self::Full => "templates.full",
            Self::Unsound(_) => "templates.unsound",
            Self::Unreadable { .. } => "templates.unreadable",
            Self::File(error) => error.code(),
            Self::Ledger(error) => error.code(),
        }
    }
}

impl Wording {
    /// What comes with the program, which nobody can change.
    pub fn builtin() -> Self {
        Self::with(None, Templates::builtin())
    }

    /// The templates of a folder, which is there.
    ///
    /// # Errors
    /// As [`Templates::from_folder`].
    pub fn open(folder: PathBuf) -> Result<Self, TemplateError> {
        let templates = Templates::from_folder(&folder)?;
        Ok(Self::with(Some(folder), templates))
    }

    /// The same of a folder that is made when the first file is saved.
    ///
    /// # Errors
    /// As [`Templates::from_folder`], where the folder is there.
    pub fn open_or_made_later(folder: PathBuf) -> Result<Self, TemplateError> {
        if folder.exists() {
            return Self::open(folder);
        }
        Ok(Self::with(Some(folder), Templates::builtin()))
    }

    fn with(folder: Option<PathBuf>, templates: Templates) -> Self {
        let current = RwLock::new(Arc::new(templates));
        Self { folder, current, changing: Mutex::new(()), trials: Semaphore::new(TRIALS) }
    }

    /// The templates that are drawn with from now on.
    pub fn current(&self) -> Arc<Templates> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether templates can be changed here.
    pub fn can_change(&self) -> bool {
        self.folder.is_some()
    }

    /// The folder that a sealed month is given; none where nothing is in it that does not come with the program.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref().filter(|folder| folder.exists())
    }

    /// Every template, by its name: those in the folder, and of the others what comes with the program.
    ///
    /// # Errors
    /// [`WordingError::Unreadable`].
    pub fn files(&self) -> Result<Vec<TemplateFile>, WordingError> {
        let none = TemplateChanges::new();
        let mut names: Vec<TemplateName> = Templates::builtin_names().collect();
        let unreadable = |(name, error): (String, std::io::Error)| WordingError::Unreadable {
            name: if name.is_empty() { "the folder of templates".to_owned() } else { name },
            reason: error.to_string(),
        };
        let own = self.source(&none).names().map_err(unreadable)?;
        names.extend(own.iter().filter_map(|name| name.parse().ok()));
        names.sort();
        names.dedup();
        names.into_iter().filter_map(|name| self.file(&name).transpose()).collect()
    }

    /// A template as it is now; `None` where there is none of that name.
    ///
    /// # Errors
    /// [`WordingError::Unreadable`].
    pub fn file(&self, name: &TemplateName) -> Result<Option<TemplateFile>, WordingError> {
        let none = TemplateChanges::new();
        let own = self.source(&none).content(name);
        let own = own.map_err(|reason| WordingError::Unreadable { name: name.as_str().to_owned(), reason })?;
        let is_own = own.is_some();
        let bytes = own.or_else(|| name.builtin().map(|text| text.as_bytes().to_vec()));
        Ok(bytes.map(|bytes| TemplateFile { name: name.clone(), is_own, sha256: sha256_hex(&bytes), bytes }))
    }

    fn source<'a>(&'a self, changes: &'a TemplateChanges) -> TemplateSource<'a> {
        TemplateSource::Changed(self.folder.as_deref(), changes)
    }

    /// The templates with changes, where they are sound.
    async fn tried(self: &Arc<Self>, changes: TemplateChanges) -> Result<Templates, Vec<TemplateFinding>> {
        let _turn = self.trials.acquire().await.expect("nobody closes it");
        let own = Arc::clone(self);
        let work = move || Templates::sound(own.source(&changes));
        tokio::task::spawn_blocking(work).await.expect("trying templates out does not panic")
    }

    /// Every mistake that the templates would have with changes; nothing is written.
    pub async fn check(self: &Arc<Self>, changes: TemplateChanges) -> Vec<TemplateFinding> {
        self.tried(changes).await.err().unwrap_or_default()
    }

    /// A document of an invented month as it would be with changes; nothing is written.
    ///
    /// # Errors
    /// When sound templates refuse the invented month.
    pub async fn preview(
        self: &Arc<Self>,
        changes: TemplateChanges,
        preview: &Preview<'_>,
    ) -> Result<Tried, ReportError> {
        let templates = match changes.is_empty() {
            true => self.current(),
            false => match self.tried(changes).await {
                Ok(templates) => Arc::new(templates),
                Err(findings) => return Ok(Tried { page: None, findings }),
            },
        };
        Ok(Tried { page: Some(preview_html(&templates, preview)?), findings: Vec::new() })
    }

    /// Changes a template: tried out with all others, told to the ledger, written, and drawn with from then on. It goes on to its
    /// end when nobody waits for it any more.
    ///
    /// # Errors
    /// [`WordingError`]; the folder is as it was then.
    pub async fn change(
        self: &Arc<Self>,
        ledger: &Ledger,
        request: TemplateChangeRequest,
    ) -> Result<TemplateChanged, WordingError> {
        let (own, ledger) = (Arc::clone(self), ledger.clone());
        tokio::spawn(async move { own.change_to_the_end(&ledger, request).await }).await.expect("it does not panic")
    }

    async fn change_to_the_end(
        self: Arc<Self>,
        ledger: &Ledger,
        request: TemplateChangeRequest,
    ) -> Result<TemplateChanged, WordingError> {
        let TemplateChangeRequest { name, bytes, seen, actor, origin, now } = request;
        let folder = self.folder.as_deref().ok_or(WordingError::NoFolder)?;
        let said = || name.as_str().to_owned();
        let (most_bytes, size) = (name.most_bytes(), bytes.as_ref().map_or(0, Vec::len) as u64);
        if size > most_bytes {
            return Err(WordingError::TooLarge { name: said(), bytes: size, most_bytes });
        }
        // What is checked together is written together.
        let _alone = self.changing.lock().await;
        let there = self.file(&name)?;
        match (&there, &seen) {
            (None, _) if bytes.is_none() => return Err(WordingError::Unknown { name: said() }),
            (Some(_), None) => return Err(WordingError::NotSeen { name: said() }),
            (there, seen) if there.as_ref().map(|file| &file.sha256) != seen.as_ref() => {
                return Err(WordingError::Stale { name: said() });
            }
            _ => {}
        }
        let own = there.as_ref().filter(|file| file.is_own);
        if own.map(|file| &file.bytes) == bytes.as_ref() {
            return Ok(TemplateChanged { file: there, unchanged: true });
        }
        if let Some(finding) = bytes.as_deref().and_then(|bytes| name.check_picture(bytes)) {
            return Err(WordingError::Unsound(vec![finding]));
        }
        room_for(folder, own.is_none(), size.saturating_sub(own.map_or(0, |file| file.bytes.len() as u64)))?;
        let changes = [(said(), bytes.clone())].into();
        let templates = self.tried(changes).await.map_err(WordingError::Unsound)?;

        let path = folder.join(name.as_str());
        let staged = bytes.as_deref().map(|bytes| put_over(&path, bytes)).transpose()?;
        let after = bytes.as_deref().map(sha256_hex);
        let entry = TemplateEntry {
            file: name.as_str(),
            tenant: name.tenant().map(sla_core::catalogue::Name::as_str),
            before_sha256: own.map(|file| file.sha256.as_str()),
            after_sha256: after.as_deref(),
        };
        // First the ledger, whose refusal leaves the folder as it is; what is left then is a name.
        ledger.record_template(&entry, Actor { name: &actor, origin: &origin }, now).await?;
        match staged {
            Some(staged) => staged.put()?,
            None => std::fs::remove_file(&path).map_err(OutFileError::write(&path))?,
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(templates);
        Ok(TemplateChanged { file: self.file(&name)?, unchanged: false })
    }
}

/// Whether a sealed month would still take the folder.
fn room_for(folder: &Path, is_new: bool, more_bytes: u64) -> Result<(), WordingError> {
    let names = TemplateSource::Folder(folder).names().unwrap_or_default();
    let size = |name: &String| std::fs::metadata(folder.join(name)).map_or(0, |found| found.len());
    let bytes: u64 = names.iter().map(size).sum();
    // A folder of a tenant counts as a file does.
    let files = names.len() + 1 + 2 * usize::from(is_new);
    if more_bytes > 0 && bytes + more_bytes > MOST_TEMPLATE_BYTES || is_new && files > MOST_TEMPLATE_FILES {
        return Err(WordingError::Full);
    }
    Ok(())
}

/// The last change of a file, where the ledger tells of the one that made it what it is.
pub fn last_change<'a>(file: &TemplateFile, changes: &'a [TemplateChange]) -> Option<&'a TemplateChange> {
    let is_it = |change: &&TemplateChange| {
        let after = file.is_own.then_some(&file.sha256);
        change.file == file.name.as_str() && change.after_sha256.as_ref() == after
    };
    changes.iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_core::record::{Language, Verdict};
    use sla_report::PreviewDocument;

    const FILE: &str = "letter-met.de.md";

    fn request(bytes: Option<&[u8]>, seen: Option<&str>) -> TemplateChangeRequest {
        TemplateChangeRequest {
            name: FILE.parse().expect("a name"),
            bytes: bytes.map(<[u8]>::to_vec),
            seen: seen.map(str::to_owned),
            actor: "ina".to_owned(),
            origin: String::new(),
            now: 1_790_000_000,
        }
    }

    async fn ledger(folder: &Path) -> Ledger {
        let url = format!("sqlite:{}", folder.join("ledger.sqlite").display());
        Ledger::open(&url).await.expect("a new ledger")
    }

    fn entries(folder: &Path) -> usize {
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_change_counts_for_whoever_begins_afterwards() {
        let place = tempfile::tempdir().expect("a folder");
        let ledger = ledger(place.path()).await;
        let folder = place.path().join("templates");
        let wording = Arc::new(Wording::open_or_made_later(folder.clone()).expect("made later"));
        assert!(wording.can_change() && wording.folder().is_none());
        let begun = wording.current();
        let builtin = wording.file(&FILE.parse().expect("a name")).expect("read").expect("there");
        let new = b"# Neu\n\nGanz anders.\n";
        let change = async |bytes, seen: Option<&str>| wording.change(&ledger, request(bytes, seen)).await;
        let code = |changed: Result<TemplateChanged, WordingError>| changed.map_err(|error| error.code());

        assert_eq!(code(change(Some(new), None).await), Err("templates.not_seen"));
        assert_eq!(code(change(Some(new), Some("0")).await), Err("templates.stale"));
        assert_eq!(code(change(Some(b"{{ nothing.of_it }}"), Some(&builtin.sha256)).await), Err("templates.unsound"));
        assert!(!folder.exists() && ledger.template_changes().await.expect("read").is_empty());

        let changed = change(Some(new), Some(&builtin.sha256)).await.expect("changed").file.expect("there");
        assert!(changed.is_own && !Arc::ptr_eq(&begun, &wording.current()));
        let preview = Preview {
            document: PreviewDocument::Letter(Verdict::Met),
            language: Language::De,
            verdict: Verdict::Met,
            tenant: None,
        };
        let page = preview_html(&wording.current(), &preview).expect("a page");
        assert!(page.contains("Ganz anders.") && !preview_html(&begun, &preview).expect("a page").contains("anders."));
        assert_eq!(entries(&folder), 1, "nothing is left beside it");
        let told = ledger.template_changes().await.expect("read");
        let last = last_change(&changed, &told).expect("the ledger tells of it");
        assert_eq!((last.number, last.actor.as_str(), &last.before_sha256), (1, "ina", &None));
        // Who changes the file by hand is not in the ledger.
        std::fs::write(folder.join(FILE), "# Von Hand\n\nA\n").expect("written");
        let by_hand = wording.file(&FILE.parse().expect("a name")).expect("read").expect("there");
        assert_eq!(last_change(&by_hand, &told), None);
        assert_eq!(code(change(None, Some(&changed.sha256)).await), Err("templates.stale"));

        let reset = change(None, Some(&by_hand.sha256)).await.expect("reset").file.expect("the one of the program");
        assert_eq!((reset.is_own, &reset.sha256, entries(&folder)), (false, &builtin.sha256, 0));
        assert!(change(None, Some(&builtin.sha256)).await.expect("so it was").unchanged);
        ledger.verify().await.expect("the chain is sound");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_two_who_saw_the_same_one_changes_it() {
        let place = tempfile::tempdir().expect("a folder");
        let ledger = ledger(place.path()).await;
        let wording = Arc::new(Wording::open_or_made_later(place.path().join("templates")).expect("made later"));
        let seen = wording.file(&FILE.parse().expect("a name")).expect("read").expect("there").sha256;
        let change = |text: &'static [u8]| wording.change(&ledger, request(Some(text), Some(&seen)));
        let (one, other) = tokio::join!(change(b"# Eins\n\nA\n"), change(b"# Zwei\n\nB\n"));
        let refused: Vec<&str> =
            [&one, &other].iter().filter_map(|one| one.as_ref().err().map(WordingError::code)).collect();
        assert_eq!(refused, ["templates.stale"]);
        assert_eq!(ledger.template_changes().await.expect("read").len(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_the_ledger_refuses_leaves_the_folder() {
        let place = tempfile::tempdir().expect("a folder");
        let ledger = ledger(place.path()).await;
        let folder = place.path().join("templates");
        let wording = Arc::new(Wording::open_or_made_later(folder.clone()).expect("made later"));
        let seen = wording.file(&FILE.parse().expect("a name")).expect("read").expect("there").sha256;
        let nobody = TemplateChangeRequest { actor: String::new(), ..request(Some(b"# Neu\n\nA\n"), Some(&seen)) };
        assert!(matches!(wording.change(&ledger, nobody).await, Err(WordingError::Ledger(_))));
        assert_eq!(entries(&folder), 0);
        let builtin = Arc::new(Wording::builtin());
        let error = builtin.change(&ledger, request(Some(b"# A\n"), Some(&seen))).await.expect_err("no folder");
        assert_eq!(error.code(), "templates.no_folder");
    }
}
