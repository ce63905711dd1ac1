/**
 * Top-level modules of Python's standard library, of 2.7 to 3.14. Those with an underscore in front are told by
 * {@link isStandardLibrary}.
 */
const NAMES = `
BaseHTTPServer CGIHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO Tkinter UserDict
UserList UserString __builtin__ abc aifc annotationlib antigravity anydbm argparse array ast asynchat asyncio asyncore
atexit audioop base64 bdb binascii binhex bisect bsddb builtins bz2 cPickle cProfile cStringIO calendar cgi cgitb chunk
cmath cmd code codecs codeop collections colorsys commands compileall compiler compression concurrent configparser
contextlib contextvars cookielib copy copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbhash dbm decimal
difflib dircache dis distutils doctest dumbdbm dummy_thread dummy_threading email encodings ensurepip enum errno exceptions
faulthandler fcntl filecmp fileinput fnmatch formatter fpformat fractions ftplib functools future_builtins gc gdbm
genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac hotshot htmlentitydefs htmllib html http
httplib idlelib ihooks imaplib imghdr imp importlib imputil inspect io ipaddress itertools json keyword lib2to3 linecache
locale logging lzma macpath mailbox mailcap marshal math md5 mhlib mimetools mimetypes mimify mmap modulefinder msilib
msvcrt multifile multiprocessing mutex netrc new nis nntplib nt ntpath nturl2path numbers opcode operator optparse os
ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib popen2 poplib posix posixfile posixpath
pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline repr reprlib
resource rexec rfc822 rlcompleter robotparser runpy sched secrets select selectors sets sgmllib sha shelve shlex shutil
signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre sre_compile sre_constants sre_parse ssl stat
statistics statvfs string stringold stringprep strop struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny
tarfile telnetlib tempfile termios test textwrap this thread threading time timeit tkinter token tokenize tomllib trace
traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib urllib2 urlparse user uu uuid venv
warnings wave weakref webbrowser whichdb winreg winsound wsgiref xdrlib xml xmlrpc xmlrpclib zipapp zipfile zipimport zlib
zoneinfo
`;

const STANDARD_LIBRARY: ReadonlySet<string> = new Set(NAMES.trim().split(/\s+/));

/** A script's own classes, and those of TorchScript. */
const NOT_INNER: ReadonlySet<string> = new Set(["__main__", "__mp_main__", "__torch__"]);

/** `_posixsubprocess`, `_io`: the modules in C behind the others. */
const isInner = (top: string): boolean => top.startsWith("_") && !NOT_INNER.has(top);

/** Whether a module such as `os.path` belongs to Python itself. */
export function isStandardLibrary(module: string): boolean {
  const top = module.split(".", 1)[0] ?? module;
  return STANDARD_LIBRARY.has(top) || isInner(top);
}
