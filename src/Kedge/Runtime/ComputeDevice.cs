using System.Globalization;
using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>Finds devices by the names that PyTorch gives them.</summary>
internal static class ComputeDevice
{
    /// <summary>
    /// The available devices of the loaded libtorch: <c>cpu</c>, then <c>cuda:0</c>, <c>cuda:1</c>, … and
    /// <c>mps</c> where they exist.
    /// </summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            LibTorch.Load();
            var cards = cuda.is_available() ? cuda.device_count() : 0;
            return ["cpu", .. Enumerable.Range(0, cards).Select(card => $"cuda:{card}"),
                .. mps_is_available() ? ["mps"] : Array.Empty<string>()];
        }
    }

    /// <summary>Finds a device by its name.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first card), <c>cuda:n</c> or <c>mps</c>, in any case.</param>
    /// <returns>An available device.</returns>
    /// <exception cref="KedgeException">There is no such device; the message lists the available ones.</exception>
    public static Device Find(string name)
    {
        var known = Names;
        var wanted = name.ToLowerInvariant() is var lower && lower == "cuda" ? "cuda:0" : lower;
        if (!known.Contains(wanted))
        {
            throw new KedgeException($"There is no device '{name}': the libtorch at hand computes on {string.Join(", ", known)}; " +
                "choose one of these, or install a libtorch for it.");
        }
        return wanted.Split(':') switch
        {
            ["cuda", var card] => new Device(TorchSharp.DeviceType.CUDA, int.Parse(card, CultureInfo.InvariantCulture)),
            ["mps"] => MPS,
            _ => CPU,
        };
    }
}
