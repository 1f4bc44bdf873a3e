using System.Runtime.Intrinsics.X86;

namespace Kedge.Runtime;

/// <summary>What the processor can do beside the usual.</summary>
internal static class ProcessorFeatures
{
    /// <summary>
    /// Whether it multiplies bfloat16 itself, by AVX-512 BF16 or AMX. Elsewhere such numbers are taken apart by other
    /// instructions, slower than float32.
    /// </summary>
    public static bool HasBFloat16 { get; } = MultipliesBFloat16();

    private static bool MultipliesBFloat16()
    {
        const int extended = 7, avx512 = 1 << 5, amx = 1 << 22; // CPUID leaf 7: subleaf 1, EAX; subleaf 0, EDX
        if (!Avx512F.IsSupported || X86Base.CpuId(0, 0).Eax < extended)
            return false;
        var (subleaves, _, _, features) = X86Base.CpuId(extended, 0);
        return (features & amx) != 0 || (subleaves >= 1 && (X86Base.CpuId(extended, 1).Eax & avx512) != 0);
    }
}
