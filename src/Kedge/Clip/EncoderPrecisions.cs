using Kedge.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>Which precision is computed in where.</summary>
internal static class EncoderPrecisions
{
    /// <summary>
    /// Raised when the numbers change that an image tower gives for the same pixels in the same precision; 1 was that
    /// of Kedge 0.1.0, which said nothing of it.
    /// </summary>
    public const int Version = 2;

    private const string Lacking = "this processor has no bfloat16 instructions (AVX-512 BF16 or AMX)";

    /// <summary>The precision of that type; <see langword="null"/> is <see cref="EncoderPrecision.Auto"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is another type.</exception>
    public static EncoderPrecision Of(ScalarType? type) => type switch
    {
        null => EncoderPrecision.Auto,
        ScalarType.Float32 => EncoderPrecision.Float32,
        ScalarType.BFloat16 => EncoderPrecision.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Images are encoded in Float32 or BFloat16."),
    };

    /// <summary>The precision that is asked for, where it can be had.</summary>
    /// <param name="asked">Any.</param>
    /// <param name="device">Where is computed.</param>
    /// <param name="processor">Whether the processor multiplies bfloat16.</param>
    /// <returns>Never <see cref="EncoderPrecision.Auto"/>.</returns>
    /// <exception cref="KedgeException">bfloat16 is asked for, and the processor does not multiply it.</exception>
    public static EncoderPrecision Resolve(EncoderPrecision asked, Device device, bool processor)
    {
        var onProcessor = device.type == DeviceType.CPU;
        if (asked == EncoderPrecision.Auto)
            return onProcessor && processor ? EncoderPrecision.BFloat16 : EncoderPrecision.Float32;
        if (asked == EncoderPrecision.BFloat16 && onProcessor && !processor)
            throw new KedgeException($"Encoding photos in bfloat16 is not possible: {Lacking}; take float32, or auto.");
        return asked;
    }

    /// <summary>
    /// Why <see cref="EncoderPrecision.Auto"/> is float32 for a model; <see langword="null"/> where it is not, or where
    /// nobody would expect otherwise: off the processor.
    /// </summary>
    public static string? ReasonForFloat32(ClipModel clip) =>
        clip.Precision == ScalarType.Float32 && clip.Device.type == DeviceType.CPU && !ProcessorFeatures.HasBFloat16 ? Lacking : null;

    /// <summary>The type of numbers that are multiplied.</summary>
    public static ScalarType Type(this EncoderPrecision precision) =>
        precision == EncoderPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>"float32", "bfloat16".</summary>
    public static string Name(this EncoderPrecision precision) => precision == EncoderPrecision.BFloat16 ? "bfloat16" : "float32";
}
