using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace Kedge.Runtime;

/// <summary>
/// Loads libtorch, also where TorchSharp alone cannot. TorchSharp 0.107's <c>libLibTorchSharp.so</c> requires the
/// symbol version <c>GLIBCXX_3.4.32</c> (GCC 13), which Debian 12 and Ubuntu 22.04 lack, for one symbol that is never
/// called. Where the loader refuses the library for that reason, a copy in memory with this requirement marked weak is
/// loaded instead; no file is changed or written.
/// </summary>
public static partial class LibTorch
{
    private const string Bridge = "libLibTorchSharp.so";
    private const string UnmetVersion = "GLIBCXX_3.4.32";

    /// <summary>
    /// Loads libtorch now. Kedge does so by itself before it computes; call this to check early that it works.
    /// </summary>
    /// <exception cref="KedgeException">libtorch cannot be loaded; the message says what is missing and
    /// what to install.</exception>
    public static void Load()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException or KedgeException)
        {
            throw e.GetBaseException() as KedgeException ?? new KedgeException(Explain(e), e);
        }
    }

    /// <summary>
    /// Registers a resolver of TorchSharp's native library, which the runtime calls when its own search has failed.
    /// A module initialiser: runs by itself on the first use of Kedge; safe to call again.
    /// </summary>
#pragma warning disable CA2255 // only registers a callback, and TorchSharp offers no later point
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void Register()
    {
        if (!OperatingSystem.IsLinux())
            return;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll -= Resolve;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        if (name is not ("LibTorchSharp" or Bridge) || Find(Bridge) is not { } bridge || Find("libtorch.so") is not { } libtorch)
            return 0;
        NativeLibrary.Load(libtorch); // brings the libraries beside it; the copy in memory has no folder to search
        var image = File.ReadAllBytes(bridge);
        return VersionNeeds.MakeWeak(image, UnmetVersion) > 0 ? LoadFromMemory(image) : NativeLibrary.Load(bridge);
    }

    private static nint LoadFromMemory(byte[] image)
    {
        const uint closeOnExec = 1;
        var descriptor = MemfdCreate(Bridge, closeOnExec);
        if (descriptor < 0)
            throw new KedgeException($"Loading {Bridge} needs libstdc++ of GCC 13 or newer ({UnmetVersion}), " +
                "since this system allows no executable file in memory: install it (Debian 13 and Ubuntu 24.04 have it).");
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(file, image, 0);
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    private static string? Find(string library) =>
        SearchFolders().Select(folder => Path.Combine(folder, library)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> SearchFolders() =>
        (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append(AppContext.BaseDirectory)
        .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"));

    private static string Explain(Exception error)
    {
        var cause = error.GetBaseException().Message.ReplaceLineEndings(" ").Trim();
        return OperatingSystem.IsLinux() && Find("libtorch.so") is null
            ? $"Loading libtorch found no libtorch.so in {string.Join(", ", SearchFolders().Distinct())}: " +
                "add the package libtorch-cpu-linux-x64 2.10.0 (or a CUDA build of libtorch 2.10.0) to the program that uses Kedge."
            : $"Loading libtorch failed: {cause}. Kedge needs libtorch 2.10.0 (package libtorch-cpu-linux-x64, -win-x64, " +
                "-win-arm64 or -osx-arm64) and, on Linux, glibc 2.34 or newer (Debian 12, Ubuntu 22.04, RHEL 9).";
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MemfdCreate(string name, uint flags);
}
