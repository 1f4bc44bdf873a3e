using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Checks of the parts of a task when it is created.</summary>
internal static class TaskChecks
{
    private const string Making = "Making a few-shot task";

    internal static void CheckClasses(TaskClasses classes)
    {
        var least = classes.AllowsOne ? 1 : 2;
        Require(classes.Count >= least, $"{classes.Count} class name(s)", $"at least {least}");
        if (classes.Names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Wrong($"the class name '{twice.Key}' {twice.Count()} times", "different names");
        Require(classes.PromptNames.Count == classes.Count,
            $"{classes.PromptNames.Count} names for prompts", $"{classes.Count}, one a class");
        Require(float.IsFinite(classes.LogitScale) && classes.LogitScale > 0, $"the logit scale {classes.LogitScale}", "a number above 0");
        if (!classes.HasNames)
            return;
        Require(classes.Features.shape is [var c, > 0] && c == classes.Count, $"class features of shape {classes.Features.Shape()}",
            $"[{classes.Count}, D], one row a class name");
        classes.Features.RequireUnit(Making, "class features");
        if (classes.Norms is { } norms)
            CheckNorms(classes, norms);
    }

    internal static void CheckSupport(FewShotTask task)
    {
        var (support, width) = (task.Support, task.FeatureWidth);
        Require(support.Features.shape is [> 0, _, var d] && d == width, $"support features of shape {support.Features.Shape()}",
            $"[V, N, {width}], as wide as the class features");
        Require(support.Labels.dtype == ScalarType.Int64, $"support labels of type {support.Labels.dtype}", "Int64");
        Require(support.Labels.shape is [var n] && n == support.Count, $"support labels of shape {support.Labels.Shape()}",
            $"[{support.Count}], one a support image");
        Require(IsOn(support.Features, task.Device) && IsOn(support.Labels, task.Device),
            $"support features on {support.Features.device} and labels on {support.Labels.device}",
            $"both on {task.Device}, where the class features are");
        support.Features.RequireUnit(Making, "support features");
        CheckPatches(support, width);
        Require(support.Images.Unprojected is not { } tokens
            || (tokens.shape is [var v, var m, > 0] && (v, m) == (support.Views, support.Count)),
            $"unprojected support features of shape {support.Images.Unprojected?.Shape()}",
            $"[{support.Views}, {support.Count}, U], one a view and image");
        if (support.Count > 0)
            CheckLabels(support.Labels, "support", task.Classes.Count);
        Require(support.Names is not { } names || names.Count == support.Count,
            $"{support.Names?.Count} names of support images", $"{support.Count}, one a support image");
    }

    internal static void CheckValidation(FewShotTask task, LabelledFeatures validation)
    {
        var (features, labels) = (validation.Features, validation.Labels);
        Require(features.shape is [> 0, var d] && d == task.FeatureWidth && labels.shape is [var h] && h == features.shape[0],
            $"validation features of shape {features.Shape()} and labels of shape {labels.Shape()}",
            $"[H, {task.FeatureWidth}] and [H], H at least 1");
        features.RequireUnit(Making, "validation features");
        CheckLabels(labels, "validation", task.Classes.Count);
    }

    internal static void CheckAnchors(FewShotTask task, AnchorSet anchors)
    {
        Require(anchors.Features.shape is [var k, var d] && k == anchors.Names.Count && d == task.FeatureWidth,
            $"anchor features of shape {anchors.Features.Shape()} for {anchors.Names.Count} names",
            $"[{anchors.Names.Count}, {task.FeatureWidth}], one row a name");
        Require(IsOn(anchors.Features, task.Device), $"anchor features on {anchors.Features.device}",
            $"them on {task.Device}, where the class features are");
        anchors.Features.RequireUnit(Making, "anchor features");
    }

    private static void CheckNorms(TaskClasses classes, Tensor norms)
    {
        Require(norms.dtype == ScalarType.Float32 && norms.shape is [var c] && c == classes.Count,
            $"norms of class features of type {norms.dtype} and shape {norms.Shape()}", $"Float32 [{classes.Count}], one a class name");
        Require(IsOn(norms, classes.Features.device), $"norms of class features on {norms.device}",
            $"them on {classes.Features.device}, where the class features are");
        using var scope = NewDisposeScope();
        var (low, high) = (norms.min().item<float>(), norms.max().item<float>());
        Require(low > 0 && float.IsFinite(high), $"norms of class features from {low} to {high}", "numbers above 0");
    }

    private static void CheckPatches(SupportSet support, int width)
    {
        if (support.Images.Patches is not { } patches)
            return;
        Require(patches.shape is [var v, var n, > 0, var d] && (v, n, d) == (support.Views, support.Count, width),
            $"support patches of shape {patches.Shape()}",
            $"[{support.Views}, {support.Count}, P, {width}], as many and as wide as the support features");
        patches.flatten(0, 2).RequireUnit(Making, "support patches");
    }

    private static void CheckLabels(Tensor labels, string part, int classes)
    {
        using var scope = NewDisposeScope();
        var (low, high) = (labels.min().item<long>(), labels.max().item<long>());
        Require(low >= 0 && high < classes, $"{part} labels from {low} to {high}", $"0 to {classes - 1}");
    }

    private static bool IsOn(Tensor tensor, Device device) => tensor.device.ToString() == device.ToString();

    private static void Require(bool holds, string found, string expected)
    {
        if (!holds)
            throw Wrong(found, expected);
    }

    private static KedgeException Wrong(string found, string expected) => new($"{Making} found {found}: it needs {expected}.");
}
