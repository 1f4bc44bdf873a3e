using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Kedge.Clip;

/// <summary>
/// The numbers that an image tower multiplies. Sums, norms, softmax and features are 32-bit in each; features of two
/// precisions are as good as parallel (bfloat16: cosine above 0.999 to float32), but not equal.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<EncoderPrecision>))]
internal enum EncoderPrecision
{
    /// <summary>32 bits. Within 2e-5 of the reference implementation.</summary>
    [JsonStringEnumMemberName("float32")]
    [SuppressMessage("Naming", "CA1720", Justification = "The type of the numbers is what it names.")]
    Float32,

    /// <summary>
    /// 16 bits with the range of 32: about twice as fast where the processor multiplies them (AVX-512 BF16, AMX).
    /// </summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,

    /// <summary><see cref="BFloat16"/> on a CPU that multiplies it, otherwise <see cref="Float32"/>.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,
}
