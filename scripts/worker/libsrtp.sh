#!/bin/sh
# usage: libsrtp.sh DIR
# Leaves DIR/include/srtp2/ and DIR/lib/libsrtp2.a, built with OpenSSL from the distribution's own source package.
# Needs no root and leaves the system's apt as it is: the source comes by the ordinary apt-get with a private copy of the
# list of package sources. apt checks the signature of the index and the hashes of the files.
set -eu
mkdir -p "$1"
cd "$1"
prefix=$PWD
rm -rf apt src build
mkdir -p apt/parts apt/lists/partial apt/cache/archives/partial src

# Every "deb" becomes "deb-src"; keys and all other settings stay the system's.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  if [ -f "$file" ]; then
    sed -E 's/^(Types:).*/\1 deb-src/; s/^deb([[:space:]])/deb-src\1/' "$file" > "apt/parts/$(basename "$file")"
  fi
done

get() {
  apt-get -q \
    -o Dir::Etc::sourcelist=/dev/null \
    -o Dir::Etc::sourceparts="$prefix/apt/parts" \
    -o Dir::State::lists="$prefix/apt/lists" \
    -o Dir::Cache="$prefix/apt/cache" \
    -o Acquire::AllowInsecureRepositories=false \
    -o APT::Get::AllowUnauthenticated=false \
    "$@"
}

cd src
# A repository without sources is no reason to stop: the next command tells.
get update || true
get --only-source source libsrtp2
cd libsrtp2-*/

# 12 bytes is OpenSSL's default length of the IV; libsrtp 2.7 no longer sets it for every packet either.
sed -i '/EVP_CTRL_GCM_SET_IVLEN, 12, 0/,/}/d' crypto/cipher/aes_gcm_ossl.c

cmake -G Ninja -S . -B "$prefix/build" \
  -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_INSTALL_PREFIX="$prefix" \
  -DCMAKE_INSTALL_LIBDIR=lib \
  -DENABLE_OPENSSL=ON \
  -DBUILD_SHARED_LIBS=OFF \
  -DTEST_APPS=OFF \
  -DLIBSRTP_TEST_APPS=OFF \
  -DBUILD_WITH_WARNINGS=OFF
cmake --build "$prefix/build"
cmake --install "$prefix/build"
rm -rf "$prefix/apt" "$prefix/build"
