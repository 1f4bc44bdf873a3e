using System.Runtime.CompilerServices;
using Kedge.Native;

namespace Kedge.Tests.Native;

/// <summary>A test may touch TorchSharp before anything of Kedge; Kedge's answer to the missing native library must be there by then.</summary>
internal static class LibTorchSetup
{
#pragma warning disable CA2255 // a test assembly has no earlier point
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void BeforeAnyTest() => LibTorch.Register();
}
