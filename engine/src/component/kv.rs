//! `wasi:config/store` and `wasi:keyvalue` (both drafts in use), defined by hand: they are small, and each
//! draft differs from the other in a type or two.

use std::ffi::{CString, c_int, c_void};
use std::ptr::null;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, LinkerInstance, Lower, Resource, ResourceType};

use super::store::State;
use crate::abi::access::collect;
use crate::abi::hooks::{Call, Emit, Kv, Str};
use crate::abi::types::CText;

/// Names under which `wasi:config/store` is known.
const CONFIG: [&str; 3] = [
    "wasi:config/store@0.2.0-rc.1",
    "wasi:config/store@0.2.0-draft",
    "wasi:config/store@0.2.0-draft-2024-09-27",
];

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum ConfigError {
    #[component(name = "upstream")]
    #[allow(dead_code)]
    Upstream(String),
    #[component(name = "io")]
    #[allow(dead_code)]
    Io(String),
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "no-such-store")]
    NoSuchStore,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "other")]
    Other(String),
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum CasError {
    #[component(name = "store-error")]
    Store(Error),
    #[component(name = "cas-failed")]
    Failed(Resource<Cas>),
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct KeysByNumber {
    keys: Vec<String>,
    cursor: Option<u64>,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct KeysByName {
    keys: Vec<String>,
    cursor: Option<String>,
}

/// The one store a call may have.
struct Bucket;

/// A value as it was when a swap was prepared.
struct Cas {
    key: String,
    old: Option<Vec<u8>>,
}

type Cx<'a> = StoreContextMut<'a, State>;
type Bytes = Vec<u8>;

/// A hook's answer: 0 and 1 pass through with what it emitted.
fn ask(
    cx: &Cx<'_>,
    f: impl FnOnce(&Kv, *mut c_void, Emit, *mut c_void) -> c_int,
) -> Result<(bool, Vec<Bytes>), Error> {
    let shared = &cx.data().shared;
    let Some(kv) = shared.kv() else { return Err(Error::AccessDenied) };
    let mut out: Vec<Bytes> = Vec::new();
    match f(kv, shared.ctx(), collect, (&raw mut out).cast()) {
        0 => Ok((true, out)),
        1 => Ok((false, out)),
        2 => Err(Error::AccessDenied),
        _ => Err(Error::Other(
            out.pop().map_or_else(String::new, |b| String::from_utf8_lossy(&b).into_owned()),
        )),
    }
}

fn bucket(cx: &Cx<'_>, b: &Resource<Bucket>) -> wasmtime::Result<()> {
    cx.data().table.get(b)?;
    Ok(())
}

fn get(cx: &Cx<'_>, key: &str) -> Result<Option<Bytes>, Error> {
    // SAFETY: hooks of the call with values that live until they return, as everywhere below.
    let (found, mut out) = ask(cx, |kv, ctx, emit, sink| unsafe { (kv.get)(ctx, Str::of(key), emit, sink) })?;
    Ok(found.then(|| out.pop().unwrap_or_default()))
}

/// Values the host holds for the guest, those of swaps under way included, count as its memory.  What was read a moment
/// ago is among them; refused here it is dropped, and the guest may go on.
fn check_room(cx: &Cx<'_>) -> Result<(), Error> {
    if cx.data().limiter.over() {
        return Err(Error::Other("the values together are larger than the memory of the call".into()));
    }
    Ok(())
}

fn get_many(cx: &Cx<'_>, keys: &[String]) -> Result<Vec<Option<Bytes>>, Error> {
    keys.iter()
        .map(|k| {
            let value = get(cx, k)?;
            check_room(cx).map(|()| value)
        })
        .collect()
}

/// A handle for a swap: what is to be replaced is read now and held until the handle goes.
fn new_cas(cx: &mut Cx<'_>, key: String) -> wasmtime::Result<Result<Resource<Cas>, Error>> {
    let old = match get(cx, &key) {
        Ok(old) => old,
        Err(e) => return Ok(Err(e)),
    };
    if let Err(e) = check_room(cx) {
        return Ok(Err(e));
    }
    let cas = cx.data_mut().table.push(Cas { key, old })?;
    Ok(Ok(cas))
}

fn take_cas(cx: &mut Cx<'_>, cas: Resource<Cas>) -> wasmtime::Result<Cas> {
    let cas = cx.data_mut().table.delete(cas)?;
    Ok(cas)
}

fn set(cx: &Cx<'_>, key: &str, value: &[u8]) -> Result<(), Error> {
    let (p, n) = (value.as_ptr().cast(), value.len());
    // SAFETY: see `get`.
    ask(cx, |kv, ctx, emit, sink| unsafe { (kv.set)(ctx, Str::of(key), p, n, emit, sink) }).map(drop)
}

fn delete(cx: &Cx<'_>, key: &str) -> Result<(), Error> {
    // SAFETY: see `get`.
    ask(cx, |kv, ctx, emit, sink| unsafe { (kv.remove)(ctx, Str::of(key), emit, sink) }).map(drop)
}

/// Keys after `cursor`, and whether there are more.
fn list(cx: &Cx<'_>, cursor: Option<&str>) -> Result<(Vec<String>, bool), Error> {
    let cursor =
        cursor.map(CString::new).transpose().map_err(|_| Error::Other("a cursor with a NUL".into()))?;
    let (p, mut more) = (cursor.as_ref().map_or(CText::NULL, |c| CText(c.as_ptr().cast())), 0);
    // SAFETY: see `get`.
    let (_, out) = ask(cx, |kv, ctx, emit, sink| unsafe { (kv.list)(ctx, p, &mut more, emit, sink) })?;
    let keys: Vec<String> = out.into_iter().map(|k| String::from_utf8_lossy(&k).into_owned()).collect();
    let more = more != 0 && !keys.is_empty();
    Ok((keys, more))
}

/// The page of keys that begins after the first `skip` ones: the older draft counts instead of naming.
fn list_by_number(cx: &Cx<'_>, skip: u64) -> Result<KeysByNumber, Error> {
    let (mut seen, mut after) = (0u64, None::<String>);
    loop {
        let (keys, more) = list(cx, after.as_deref())?;
        let begin = usize::try_from(skip.saturating_sub(seen)).unwrap_or(usize::MAX);
        seen += keys.len() as u64;
        if begin < keys.len() || !more {
            let keys = keys.into_iter().skip(begin).collect();
            return Ok(KeysByNumber { keys, cursor: more.then_some(seen) });
        }
        after = keys.into_iter().last();
    }
}

fn increment(cx: &Cx<'_>, key: &str, delta: i64) -> Result<i64, Error> {
    let mut r = 0;
    // SAFETY: see `get`.
    ask(cx, |kv, ctx, emit, sink| unsafe { (kv.increment)(ctx, Str::of(key), delta, &mut r, emit, sink) })?;
    Ok(r)
}

fn define_store(i: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    i.resource("bucket", ResourceType::host::<Bucket>(), |mut cx, rep| {
        cx.data_mut().table.delete(Resource::<Bucket>::new_own(rep))?;
        Ok(())
    })?;
    i.func_wrap("open", |mut cx: Cx<'_>, (name,): (String,)| {
        // SAFETY: see `get`.
        let r = ask(&cx, |kv, ctx, emit, sink| unsafe { (kv.open)(ctx, Str::of(&name), emit, sink) });
        Ok((match r {
            Ok((true, _)) => Ok(cx.data_mut().table.push(Bucket)?),
            Ok((false, _)) => Err(Error::NoSuchStore),
            Err(e) => Err(e),
        },))
    })?;
    i.func_wrap("[method]bucket.get", |cx: Cx<'_>, (b, key): (Resource<Bucket>, String)| {
        bucket(&cx, &b)?;
        Ok((get(&cx, &key),))
    })?;
    i.func_wrap("[method]bucket.set", |cx: Cx<'_>, (b, key, value): (Resource<Bucket>, String, Bytes)| {
        bucket(&cx, &b)?;
        Ok((set(&cx, &key, &value),))
    })?;
    i.func_wrap("[method]bucket.delete", |cx: Cx<'_>, (b, key): (Resource<Bucket>, String)| {
        bucket(&cx, &b)?;
        Ok((delete(&cx, &key),))
    })?;
    i.func_wrap("[method]bucket.exists", |cx: Cx<'_>, (b, key): (Resource<Bucket>, String)| {
        bucket(&cx, &b)?;
        // SAFETY: see `get`.
        let r = ask(&cx, |kv, ctx, emit, sink| unsafe { (kv.exists)(ctx, Str::of(&key), emit, sink) });
        Ok((r.map(|(yes, _)| yes),))
    })
}

/// `batch`: `found` makes the answer for one key.
fn define_batch<R>(
    i: &mut LinkerInstance<'_, State>,
    found: fn(String, Option<Bytes>) -> R,
) -> wasmtime::Result<()>
where
    R: ComponentType + Lower + Send + Sync + 'static,
{
    i.func_wrap("get-many", move |cx: Cx<'_>, (b, keys): (Resource<Bucket>, Vec<String>)| {
        bucket(&cx, &b)?;
        let all: Result<Vec<R>, Error> = get_many(&cx, &keys)
            .map(|values| keys.into_iter().zip(values).map(|(k, v)| found(k, v)).collect());
        Ok((all,))
    })?;
    i.func_wrap("set-many", |cx: Cx<'_>, (b, pairs): (Resource<Bucket>, Vec<(String, Bytes)>)| {
        bucket(&cx, &b)?;
        Ok((pairs.iter().try_for_each(|(k, v)| set(&cx, k, v)),))
    })?;
    i.func_wrap("delete-many", |cx: Cx<'_>, (b, keys): (Resource<Bucket>, Vec<String>)| {
        bucket(&cx, &b)?;
        Ok((keys.iter().try_for_each(|k| delete(&cx, k)),))
    })
}

fn define_cas(i: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    i.resource("cas", ResourceType::host::<Cas>(), |mut cx, rep| {
        take_cas(&mut cx, Resource::new_own(rep))?;
        Ok(())
    })?;
    i.func_wrap("[static]cas.new", |mut cx: Cx<'_>, (b, key): (Resource<Bucket>, String)| {
        bucket(&cx, &b)?;
        Ok((new_cas(&mut cx, key)?,))
    })?;
    i.func_wrap("[method]cas.current", |cx: Cx<'_>, (cas,): (Resource<Cas>,)| {
        let old = cx.data().table.get(&cas)?.old.clone();
        Ok((Ok::<_, Error>(old),))
    })?;
    i.func_wrap("swap", |mut cx: Cx<'_>, (cas, value): (Resource<Cas>, Bytes)| {
        let Cas { key, old } = take_cas(&mut cx, cas)?;
        let (old_p, old_n) = old.as_ref().map_or((null(), 0), |o| (o.as_ptr().cast::<c_void>(), o.len()));
        let (p, n) = (value.as_ptr().cast(), value.len());
        // SAFETY: see `get`.
        let r = ask(&cx, |kv, ctx, emit, sink| unsafe {
            (kv.swap)(ctx, Str::of(&key), old_p, old_n, p, n, emit, sink)
        });
        Ok((match r {
            Ok((true, _)) => Ok(()),
            Ok((false, _)) => match new_cas(&mut cx, key)? {
                Ok(again) => Err(CasError::Failed(again)),
                Err(e) => Err(CasError::Store(e)),
            },
            Err(e) => Err(CasError::Store(e)),
        },))
    })
}

fn define_draft(l: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut i = l.instance("wasi:keyvalue/store@0.2.0-draft")?;
    define_store(&mut i)?;
    i.func_wrap("[method]bucket.list-keys", |cx: Cx<'_>, (b, cursor): (Resource<Bucket>, Option<u64>)| {
        bucket(&cx, &b)?;
        Ok((list_by_number(&cx, cursor.unwrap_or(0)),))
    })?;
    l.instance("wasi:keyvalue/atomics@0.2.0-draft")?.func_wrap(
        "increment",
        |cx: Cx<'_>, (b, key, delta): (Resource<Bucket>, String, u64)| {
            bucket(&cx, &b)?;
            let delta = i64::try_from(delta).map_err(|_| Error::Other("the increment is too large".into()));
            Ok((delta.and_then(|d| increment(&cx, &key, d)).map(|v| v as u64),))
        },
    )?;
    define_batch(&mut l.instance("wasi:keyvalue/batch@0.2.0-draft")?, |k, v| v.map(|v| (k, v)))
}

fn define_draft2(l: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut i = l.instance("wasi:keyvalue/store@0.2.0-draft2")?;
    define_store(&mut i)?;
    i.func_wrap(
        "[method]bucket.list-keys",
        |cx: Cx<'_>, (b, cursor): (Resource<Bucket>, Option<String>)| {
            bucket(&cx, &b)?;
            let r = list(&cx, cursor.as_deref()).map(|(keys, more)| {
                let cursor = if more { keys.last().cloned() } else { None };
                KeysByName { keys, cursor }
            });
            Ok((r,))
        },
    )?;
    let mut i = l.instance("wasi:keyvalue/atomics@0.2.0-draft2")?;
    define_cas(&mut i)?;
    i.func_wrap("increment", |cx: Cx<'_>, (b, key, delta): (Resource<Bucket>, String, i64)| {
        bucket(&cx, &b)?;
        Ok((increment(&cx, &key, delta),))
    })?;
    define_batch(&mut l.instance("wasi:keyvalue/batch@0.2.0-draft2")?, |k, v| (k, v))
}

/// Define both interfaces in every version.
pub fn add_to_linker(l: &mut Linker<State>) -> wasmtime::Result<()> {
    for name in CONFIG {
        let mut i = l.instance(name)?;
        i.func_wrap("get", |cx: Cx<'_>, (key,): (String,)| {
            let value = config(&cx).into_iter().find(|(k, _)| *k == key).map(|(_, v)| v);
            Ok((Ok::<_, ConfigError>(value),))
        })?;
        i.func_wrap("get-all", |cx: Cx<'_>, (): ()| Ok((Ok::<_, ConfigError>(config(&cx)),)))?;
    }
    define_draft(l)?;
    define_draft2(l)
}

fn config(cx: &Cx<'_>) -> Vec<(String, String)> {
    let c = cx.data().shared.call();
    // SAFETY: the call's own array.
    unsafe { Call::pairs(c.config, c.n_config) }
}
