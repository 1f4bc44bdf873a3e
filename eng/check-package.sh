#!/usr/bin/env bash
# Packs the library and its default model and uses the packages as a program outside would (Linux x64): runs it, publishes it and runs that,
# and leaves out libtorch and the model.
# The package cache is only read; everything else happens in a temporary folder.
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KedgeVersion=0.1.0-check

fail() { echo "Package check failed: $*" >&2; exit 1; }
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$*"; }; }

quietly dotnet pack "$root/src/Kedge.Models.Base" -c Release -p:PackageVersion=$KedgeVersion -o "$work/feed"
quietly dotnet pack "$root/src/Kedge" -c Release -p:PackageVersion=$KedgeVersion -o "$work/feed"
mkdir "$work/program"
cp "$root"/eng/package-check/* "$root/samples/Quickstart/NamesAndMeans.cs" "$root/tests/Kedge.Tests/data/small/images/tiny_3x5.png" "$work/program"
cat >"$work/NuGet.config" <<CONFIG
<configuration>
  <config><add key="globalPackagesFolder" value="packages" /></config>
  <packageSources><add key="kedge" value="feed" /></packageSources>
  <fallbackPackageFolders><add key="cache" value="$(dotnet nuget locals global-packages --list --force-english-output | sed 's/^[^:]*: *//')" /></fallbackPackageFolders>
</configuration>
CONFIG
cd "$work/program"
expected="2 200 1.00 64" # a sum, a logit of a method from outside, a text feature's length, the side of a crop

found=$(dotnet run -- tiny_3x5.png 2>&1) || fail "dotnet run ended with: $found"
[[ $found == "$expected" ]] || fail "dotnet run printed '$found' instead of '$expected'"

quietly dotnet publish -r linux-x64 --self-contained false -o published
found=$(published/Consumer tiny_3x5.png 2>&1) || fail "the published program ended with: $found"
[[ $found == "$expected" ]] || fail "the published program printed '$found' instead of '$expected'"

found=$(dotnet run -p:WithBaseModel=false -- kedge-base 2>&1) || fail "asking for kedge-base without its package ended with: $found"
[[ $found == "The model kedge-base is in the package Kedge.Models.Base, which this program does not bring: "* ]] ||
    fail "without the package of kedge-base it said: $found"

rm -rf bin obj
found=$(dotnet run -- kedge-base 2>&1) || fail "loading kedge-base ended with: $found"
[[ $found == "kedge-base 1.00 1.00" ]] || fail "kedge-base printed '$found' instead of its name and two lengths"

at_most() { local bytes; bytes=$(stat -c %s "$work/feed/$1.$KedgeVersion.nupkg"); ((bytes <= $2)) || fail "$1 has $bytes bytes, more than $2"; }
at_most Kedge 30000000
at_most Kedge.Models.Base 64000000
package=$work/packages/kedge.models.base/$KedgeVersion
for file in README.md LICENSE NOTICE lib/net10.0/Kedge.Models.Base.dll lib/net10.0/Kedge.Models.Base.xml; do
    [[ -f $package/$file ]] || fail "the package of kedge-base lacks $file"
done

package=$work/packages/kedge/$KedgeVersion
for file in README.md LICENSE NOTICE lib/net10.0/Kedge.xml buildTransitive/Kedge.targets buildTransitive/RegisterLibTorch.cs; do
    [[ -f $package/$file ]] || fail "the package lacks $file"
done
grep -qi 'id="libtorch' "$package/kedge.nuspec" && fail "the package depends on a libtorch, which its user is to choose"

rm -rf bin obj
quietly dotnet build -p:WithLibTorch=false
export NUGET_PACKAGES=$work/empty # on a developer's machine TorchSharp would otherwise take a libtorch out of the package cache
found=$(bin/Debug/net10.0/Consumer kedge-first 2>&1) && fail "the program ran without libtorch"
[[ $found == *"add the package libtorch-cpu-linux-x64 2.10.0"* ]] || fail "without libtorch it said: $found"
echo "Package check passed."
