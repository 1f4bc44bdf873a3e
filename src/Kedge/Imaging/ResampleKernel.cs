namespace Kedge.Imaging;

/// <summary>The filter of a resize.</summary>
internal enum ResampleKernel
{
    /// <summary>Cubic convolution with a = −½ (Keys 1981; Pillow's <c>BICUBIC</c>), CLIP's own.</summary>
    Bicubic,

    /// <summary>The triangle (Pillow's <c>BILINEAR</c>), named by some Hugging Face preprocessors.</summary>
    Bilinear,
}

internal static class ResampleKernels
{
    /// <summary>The support: half of the filter's width, in output pixels.</summary>
    public static double Support(this ResampleKernel kernel) => kernel switch
    {
        ResampleKernel.Bicubic => 2,
        ResampleKernel.Bilinear => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "Not a resampling kernel."),
    };

    /// <summary>The filter at a distance from its centre.</summary>
    public static double At(this ResampleKernel kernel, double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return kernel switch
        {
            ResampleKernel.Bilinear => Math.Max(0, 1 - x),
            _ when x < 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
            _ when x < 2 => ((((x - 5) * x) + 8) * x - 4) * a,
            _ => 0,
        };
    }
}
