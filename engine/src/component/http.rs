//! `wasi:http` requests through the embedder's client: streamed both ways, never more than a chunk buffered here.

use std::ffi::c_void;
use std::pin::Pin;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, spawn};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::state::Shared;
use crate::abi::access::text;
use crate::abi::hooks::{self, BODY_CHUNKED, BODY_NONE, Exchange, Field, Head, HttpError, Polled, Str};
use crate::abi::types::CText;

/// Bytes of a response read at once.
const CHUNK: usize = 32 << 10;
/// How long a request that seldom has a body waits for the guest to say that there is none.
const BODY_PATIENCE: Duration = Duration::from_millis(20);

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answer = Result<(http::Response<WasiBody>, Io), Error>;

/// Who waits for a request: the response's reader and the body's writer.
#[derive(Default)]
struct Wakers(Mutex<[Option<Waker>; 2]>);

const READER: usize = 0;
const WRITER: usize = 1;

impl Wakers {
    fn register(&self, side: usize, waker: &Waker) {
        let mut slots = self.0.lock().unwrap_or_else(|e| e.into_inner());
        slots[side] = Some(waker.clone());
    }
}

/// Called by the embedder from any thread.
unsafe extern "C" fn wake(p: *mut c_void) {
    // SAFETY: `p` is the address of a `Wakers` that lives until the request was freed.
    let wakers = unsafe { &*p.cast::<Wakers>() };
    let taken = std::mem::take(&mut *wakers.0.lock().unwrap_or_else(|e| e.into_inner()));
    taken.into_iter().flatten().for_each(Waker::wake);
}

/// A request of the embedder.
struct Req {
    shared: Arc<Shared>,
    p: AtomicPtr<Exchange>,
    wakers: Arc<Wakers>,
}

impl Drop for Req {
    fn drop(&mut self) {
        self.close();
    }
}

impl Req {
    /// Free the embedder's request; everything afterwards finds it gone.
    fn close(&self) {
        let p = self.p.swap(null_mut(), Ordering::Relaxed);
        if let (false, Some(http)) = (p.is_null(), self.shared.http()) {
            // SAFETY: the hooks gave `p` out, and nobody can get at it any more.
            unsafe { (http.free)(p) };
        }
    }

    /// Call a hook on the request; `None` when it is gone.
    fn with<R>(&self, f: impl FnOnce(&hooks::Http, *mut Exchange) -> R) -> Option<R> {
        let p = self.p.load(Ordering::Relaxed);
        let http = self.shared.http()?;
        (!p.is_null()).then(|| f(http, p))
    }

    fn error(&self) -> Error {
        self.with(|http, p| {
            let mut msg = CText::NULL;
            // SAFETY: a hook of the call on a live request, as everywhere below; the text lives as long.
            let (code, words) = unsafe { ((http.error)(p, &mut msg), text(msg)) };
            match words {
                Some(words) => error_in_words(code, words),
                None => error(code),
            }
        })
        .unwrap_or(Error::ConnectionTerminated)
    }

    async fn head(&self) -> Result<http::Response<()>, Error> {
        std::future::poll_fn(|cx| {
            self.wakers.register(READER, cx.waker());
            let mut head: *const Head = null();
            // SAFETY: see `error`.
            match self.with(|http, p| unsafe { (http.poll_head)(p, &mut head) }) {
                Some(Polled::PENDING) => Poll::Pending,
                // SAFETY: READY sets `head`, which lives as long as the request.
                Some(Polled::READY) => Poll::Ready(unsafe { response(&*head) }),
                _ => Poll::Ready(Err(self.error())),
            }
        })
        .await
    }

    /// Hand `data` to the client as fast as it takes it.  False: it wants no more.
    async fn write(&self, mut data: Bytes) -> bool {
        while !data.is_empty() {
            let more = std::future::poll_fn(|cx| {
                self.wakers.register(WRITER, cx.waker());
                let mut n = 0;
                // SAFETY: the hook reads at most `data.len()` bytes.
                let r = self.with(|http, p| unsafe {
                    (http.body_write)(p, data.as_ptr().cast(), data.len(), &mut n)
                });
                let _ = data.split_to(n.min(data.len()));
                match r {
                    Some(Polled::PENDING) if n == 0 => Poll::Pending,
                    Some(Polled::PENDING | Polled::READY) => Poll::Ready(true),
                    _ => Poll::Ready(false),
                }
            })
            .await;
            if !more {
                return false;
            }
        }
        true
    }

    /// Send the guest's body to its end.
    async fn pump(self: Arc<Self>, mut body: WasiBody, first: Option<Result<Frame<Bytes>, Error>>) {
        let mut next = first;
        loop {
            let frame = match next.take() {
                Some(frame) => Some(frame),
                None => body.frame().await,
            };
            match frame.map(|f| f.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => {
                    if !self.write(data).await {
                        return;
                    }
                }
                Some(Ok(Err(frame))) => {
                    let trailers = frame.into_trailers().unwrap_or_default();
                    let fields = fields(&trailers);
                    // SAFETY: see `error`; the fields live until the hook returns.
                    self.with(|http, p| unsafe { (http.body_end)(p, fields.as_ptr(), fields.len()) });
                    return;
                }
                Some(Err(_)) => {
                    // SAFETY: see `error`.
                    self.with(|http, p| unsafe { (http.body_abort)(p) });
                    return;
                }
                None => {
                    // SAFETY: see `error`.
                    self.with(|http, p| unsafe { (http.body_end)(p, null(), 0) });
                    return;
                }
            }
        }
    }
}

/// A response's body, read from the embedder when the guest asks for it.
struct RespBody {
    req: Arc<Req>,
    in_trailers: bool,
    done: bool,
}

impl RespBody {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.req.wakers.register(READER, cx.waker());
        if !self.in_trailers {
            let (mut buf, mut n) = (Vec::<u8>::with_capacity(CHUNK), 0usize);
            // SAFETY: the hook writes at most `CHUNK` bytes and says how many.
            let r = self
                .req
                .with(|http, p| unsafe { (http.poll_body)(p, buf.as_mut_ptr().cast(), CHUNK, &mut n) });
            match r {
                Some(Polled::PENDING) => return Poll::Pending,
                Some(Polled::READY) => {
                    // SAFETY: the hook has written `n` bytes, no more than there is room for.
                    unsafe { buf.set_len(n.min(CHUNK)) };
                    return Poll::Ready(Some(Ok(Frame::data(buf.into()))));
                }
                Some(Polled::END) => self.in_trailers = true,
                _ => {
                    self.done = true;
                    return Poll::Ready(Some(Err(self.req.error())));
                }
            }
        }
        let mut head: *const Head = null();
        // SAFETY: see `Req::error`.
        let r = self.req.with(|http, p| unsafe { (http.poll_trailers)(p, &mut head) });
        if r == Some(Polled::PENDING) {
            return Poll::Pending;
        }
        self.done = true;
        Poll::Ready(match r {
            // SAFETY: READY sets `head`, which lives as long as the request.
            Some(Polled::READY) => match unsafe { header_map(&*head) } {
                map if map.is_empty() => None,
                map => Some(Ok(Frame::trailers(map))),
            },
            Some(Polled::END) => None,
            _ => Some(Err(self.req.error())),
        })
    }
}

impl Body for RespBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.done { Poll::Ready(None) } else { self.poll(cx) }
    }
}

/// # Safety
/// `head` and what it points to are readable.
unsafe fn header_map(head: &Head) -> HeaderMap {
    let mut map = HeaderMap::new();
    for i in 0..head.n_fields {
        // SAFETY: promised by the caller.
        let (name, value) =
            unsafe { ((*head.fields.add(i)).name.bytes(), (*head.fields.add(i)).value.bytes()) };
        // What a guest could not express it does not get to see.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            map.append(name, value);
        }
    }
    map
}

/// # Safety
/// As [`header_map`].
unsafe fn response(head: &Head) -> Result<http::Response<()>, Error> {
    let mut r = http::Response::new(());
    *r.status_mut() = http::StatusCode::from_u16(head.status).map_err(|_| Error::HttpProtocolError)?;
    // SAFETY: promised by the caller.
    *r.headers_mut() = unsafe { header_map(head) };
    Ok(r)
}

fn fields(map: &HeaderMap) -> Vec<Field> {
    map.iter()
        .map(|(k, v)| Field { name: Str::of(k.as_str()), value: Str::of_bytes(v.as_bytes()), secret: false })
        .collect()
}

fn nanos(d: Option<Duration>) -> u64 {
    d.map_or(0, |d| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX).max(1))
}

/// Find out how long the body is, reading its first piece where that is the only way.
async fn body_length(
    parts: &http::request::Parts,
    body: &mut WasiBody,
) -> (u64, Option<Result<Frame<Bytes>, Error>>) {
    if body.is_end_stream() {
        return (BODY_NONE, None);
    }
    let said = parts.headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    if let Some(n) = said {
        return (n, None);
    }
    // Many bindings make a body for every request and finish it at once.  Sent as an empty chunked body, such a
    // GET is refused by quite a few servers.
    if matches!(parts.method, http::Method::POST | http::Method::PUT | http::Method::PATCH) {
        return (BODY_CHUNKED, None);
    }
    match tokio::time::timeout(BODY_PATIENCE, body.frame()).await {
        Ok(None) => (BODY_NONE, None),
        Ok(first) => (BODY_CHUNKED, first),
        Err(_) => (BODY_CHUNKED, None),
    }
}

/// The hooks of one call.
pub struct Hooks {
    shared: Arc<Shared>,
    open: Arc<Mutex<Vec<Weak<Req>>>>,
}

impl Hooks {
    pub fn new(shared: Arc<Shared>) -> Self {
        Hooks { shared, open: Arc::default() }
    }

    /// Free every request of the embedder that is still open.
    pub fn release(&mut self) {
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(|e| e.into_inner()));
        open.iter().filter_map(Weak::upgrade).for_each(|r| r.close());
    }
}

fn start(
    shared: &Arc<Shared>,
    open: &Mutex<Vec<Weak<Req>>>,
    parts: &http::request::Parts,
    body_length: u64,
    options: &RequestOptions,
) -> Result<Arc<Req>, Error> {
    let http = shared.http().ok_or(Error::HttpRequestDenied)?;
    let url = parts.uri.to_string();
    let fields = fields(&parts.headers);
    let desc = hooks::Request {
        method: Str::of(parts.method.as_str()),
        url: Str::of(&url),
        fields: fields.as_ptr(),
        n_fields: fields.len(),
        body_length,
        connect_timeout_ns: nanos(options.connect_timeout),
        first_byte_timeout_ns: nanos(options.first_byte_timeout),
        between_bytes_timeout_ns: nanos(options.between_bytes_timeout),
    };
    let wakers: Arc<Wakers> = Arc::default();
    let waker = Arc::as_ptr(&wakers).cast_mut().cast();
    let mut p = null_mut();
    // SAFETY: a hook of the call; everything `desc` points to lives until it returns.
    let code = unsafe { (http.start)(shared.ctx(), &desc, wake, waker, &mut p) };
    if code != HttpError::OK || p.is_null() {
        return Err(error(code));
    }
    shared.begun();
    let req = Arc::new(Req { shared: shared.clone(), p: AtomicPtr::new(p), wakers });
    let mut open = open.lock().unwrap_or_else(|e| e.into_inner());
    open.retain(|r| r.strong_count() > 0);
    open.push(Arc::downgrade(&req));
    Ok(req)
}

async fn exchange(
    shared: Arc<Shared>,
    open: Arc<Mutex<Vec<Weak<Req>>>>,
    request: http::Request<WasiBody>,
    options: RequestOptions,
) -> Answer {
    let (parts, mut body) = request.into_parts();
    let (length, first) = body_length(&parts, &mut body).await;
    let req = start(&shared, &open, &parts, length, &options)?;
    let pump: Option<AbortOnDropJoinHandle<()>> =
        (length != BODY_NONE).then(|| spawn(req.clone().pump(body, first)));
    let head = req.head().await?;
    let body = RespBody { req, in_trailers: false, done: false }.boxed_unsync();
    let io: Io = Box::new(async move {
        if let Some(pump) = pump {
            pump.await;
        }
        Ok(())
    });
    Ok((head.map(|()| body), io))
}

impl WasiHttpHooks for Hooks {
    fn set_host_header(&mut self) -> bool {
        // The client derives it from the URL it has judged.
        false
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _fut: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        self.shared.tasks.store(true, Ordering::Relaxed);
        Box::new(exchange(self.shared.clone(), self.open.clone(), request, options.unwrap_or_default()))
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        64 << 10
    }
}

/// The same with what the embedder says about it, where there is room for that.  What is wrong with a
/// certificate has none: it is told as an internal error whose text begins with the proper name.
fn error_in_words(e: HttpError, words: &str) -> Error {
    match e {
        HttpError::TLS_CERTIFICATE_ERROR => {
            Error::InternalError(Some(format!("TLS-certificate-error: {words}")))
        }
        HttpError::RESPONSE_HEADER_SECTION_SIZE => Error::HttpResponseHeaderSectionSize(bytes_in(words)),
        HttpError::RESPONSE_TRAILER_SECTION_SIZE => Error::HttpResponseTrailerSectionSize(bytes_in(words)),
        _ => error(e),
    }
}

/// The number in front of "bytes".
fn bytes_in(words: &str) -> Option<u32> {
    let (before, _) = words.split_once(" bytes")?;
    before.rsplit(' ').next()?.parse().ok()
}

/// The embedder's error as one of `wasi:http`; a number nobody knows is an internal one.
fn error(e: HttpError) -> Error {
    use Error as E;
    match e {
        HttpError::DNS_TIMEOUT => E::DnsTimeout,
        HttpError::DNS_ERROR => E::DnsError { rcode: None, info_code: None },
        HttpError::DESTINATION_NOT_FOUND => E::DestinationNotFound,
        HttpError::DESTINATION_UNAVAILABLE => E::DestinationUnavailable,
        HttpError::DESTINATION_IP_PROHIBITED => E::DestinationIpProhibited,
        HttpError::DESTINATION_IP_UNROUTABLE => E::DestinationIpUnroutable,
        HttpError::CONNECTION_REFUSED => E::ConnectionRefused,
        HttpError::CONNECTION_TERMINATED => E::ConnectionTerminated,
        HttpError::CONNECTION_TIMEOUT => E::ConnectionTimeout,
        HttpError::CONNECTION_READ_TIMEOUT => E::ConnectionReadTimeout,
        HttpError::CONNECTION_WRITE_TIMEOUT => E::ConnectionWriteTimeout,
        HttpError::CONNECTION_LIMIT_REACHED => E::ConnectionLimitReached,
        HttpError::TLS_PROTOCOL_ERROR => E::TlsProtocolError,
        HttpError::TLS_CERTIFICATE_ERROR => E::TlsCertificateError,
        HttpError::TLS_ALERT_RECEIVED => E::TlsAlertReceived { alert_id: None, alert_message: None },
        HttpError::REQUEST_DENIED => E::HttpRequestDenied,
        HttpError::REQUEST_LENGTH_REQUIRED => E::HttpRequestLengthRequired,
        HttpError::REQUEST_BODY_SIZE => E::HttpRequestBodySize(None),
        HttpError::REQUEST_METHOD_INVALID => E::HttpRequestMethodInvalid,
        HttpError::REQUEST_URI_INVALID => E::HttpRequestUriInvalid,
        HttpError::REQUEST_URI_TOO_LONG => E::HttpRequestUriTooLong,
        HttpError::REQUEST_HEADER_SECTION_SIZE => E::HttpRequestHeaderSectionSize(None),
        HttpError::REQUEST_HEADER_SIZE => E::HttpRequestHeaderSize { field_name: None, field_size: None },
        HttpError::REQUEST_TRAILER_SECTION_SIZE => E::HttpRequestTrailerSectionSize(None),
        HttpError::REQUEST_TRAILER_SIZE => E::HttpRequestTrailerSize { field_name: None, field_size: None },
        HttpError::RESPONSE_INCOMPLETE => E::HttpResponseIncomplete,
        HttpError::RESPONSE_HEADER_SECTION_SIZE => E::HttpResponseHeaderSectionSize(None),
        HttpError::RESPONSE_HEADER_SIZE => E::HttpResponseHeaderSize { field_name: None, field_size: None },
        HttpError::RESPONSE_BODY_SIZE => E::HttpResponseBodySize(None),
        HttpError::RESPONSE_TRAILER_SECTION_SIZE => E::HttpResponseTrailerSectionSize(None),
        HttpError::RESPONSE_TRAILER_SIZE => E::HttpResponseTrailerSize { field_name: None, field_size: None },
        HttpError::RESPONSE_TRANSFER_CODING => E::HttpResponseTransferCoding(None),
        HttpError::RESPONSE_CONTENT_CODING => E::HttpResponseContentCoding(None),
        HttpError::RESPONSE_TIMEOUT => E::HttpResponseTimeout,
        HttpError::UPGRADE_FAILED => E::HttpUpgradeFailed,
        HttpError::PROTOCOL_ERROR => E::HttpProtocolError,
        HttpError::LOOP_DETECTED => E::LoopDetected,
        HttpError::CONFIGURATION_ERROR => E::ConfigurationError,
        HttpError::INTERNAL_ERROR | _ => E::InternalError(None),
    }
}
