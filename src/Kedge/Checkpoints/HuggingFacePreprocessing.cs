using Kedge.Imaging;

namespace Kedge.Checkpoints;

/// <summary>
/// Reads the preprocessing of a Hugging Face folder: <c>image_processor</c> of <c>processor_config.json</c>, as
/// transformers 5 saves it, else <c>preprocessor_config.json</c>. Steps left out or done otherwise are refused.
/// </summary>
internal static class HuggingFacePreprocessing
{
    private const double RescaleFactor = 1 / 255.0;

    /// <summary>The files with the keys that the settings stand below, in transformers' order.</summary>
    private static readonly (string File, string Scope)[] Places =
        [("processor_config.json", "image_processor"), ("preprocessor_config.json", "")];

    /// <summary>The settings, and the name of the file that states them; no name where none does.</summary>
    public static (DeclaredPreprocessing Preprocessing, string? Source) Read(string folder)
    {
        foreach (var (name, scope) in Places)
        {
            using var file = SettingsFile.OpenIfThere(Path.Combine(folder, name));
            if (file is not null && file.IsObject(scope))
                return (Read(file, scope.Length > 0 ? scope + '.' : ""), name);
        }
        return (new(), null);
    }

    private static DeclaredPreprocessing Read(SettingsFile file, string scope)
    {
        foreach (var step in (string[])["do_resize", "do_center_crop", "do_rescale", "do_normalize"])
        {
            if (file.Flag(scope + step) == false)
                throw file.Unsupported(scope + step, "false", "true");
        }
        if (file.Number($"{scope}rescale_factor") is { } factor && Math.Abs(factor / RescaleFactor - 1) > 1e-6)
            throw file.Unsupported($"{scope}rescale_factor", factor, "1/255");
        return new DeclaredPreprocessing
        {
            Mean = file.Channels($"{scope}image_mean"),
            Std = file.Deviations($"{scope}image_std"),
            ResizeSize = Resize(file, $"{scope}size"),
            CropSize = file.IsObject($"{scope}crop_size") ? Square(file, $"{scope}crop_size") : file.Integer($"{scope}crop_size"),
            Kernel = file.Integer($"{scope}resample") switch
            {
                null => null,
                3 => ResampleKernel.Bicubic,
                2 => ResampleKernel.Bilinear,
                var other => throw file.Unsupported($"{scope}resample", other, "3 (bicubic) or 2 (bilinear)"),
            },
        };
    }

    private static int? Resize(SettingsFile file, string key) => !file.IsObject(key) ? file.Integer(key)
        : file.Integer($"{key}.shortest_edge")
            ?? throw file.Unsupported(key, "{…}", "shortest_edge: the others do not keep an image's proportions");

    private static int? Square(SettingsFile file, string key)
    {
        var (height, width) = (file.Integer($"{key}.height"), file.Integer($"{key}.width"));
        return height == width ? height : throw file.Unsupported(key, $"{height} × {width}", "a square");
    }
}
