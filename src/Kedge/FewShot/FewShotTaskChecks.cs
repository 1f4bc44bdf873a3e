using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <content>What a task is put to when it is made.</content>
public sealed partial class FewShotTask
{
    private void CheckClasses()
    {
        Require(ClassCount >= 2, $"{ClassCount} class name(s)", "at least 2");
        if (ClassNames.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Wrong($"the class name '{twice.Key}' {twice.Count()} times", "different names");
        Require(float.IsFinite(LogitScale) && LogitScale > 0, $"the logit scale {LogitScale}", "a number above 0");
        if (_classFeatures is null)
            return;
        Require(ClassFeatures.shape is [var c, > 0] && c == ClassCount, $"class features of shape {ClassFeatures.Shape()}",
            $"[{ClassCount}, D], one row a class name");
        ClassFeatures.RequireUnit(Making, "class features");
    }

    private void CheckSupport()
    {
        Require(SupportFeatures.shape is [> 0, _, var d] && d == FeatureWidth, $"support features of shape {SupportFeatures.Shape()}",
            $"[V, N, {FeatureWidth}], as wide as the class features");
        Require(SupportLabels.dtype == ScalarType.Int64, $"support labels of type {SupportLabels.dtype}", "Int64");
        Require(SupportLabels.shape is [var n] && n == SupportCount, $"support labels of shape {SupportLabels.Shape()}",
            $"[{SupportCount}], one a support image");
        Require(SupportFeatures.device.ToString() == Device.ToString() && SupportLabels.device.ToString() == Device.ToString(),
            $"support features on {SupportFeatures.device} and labels on {SupportLabels.device}", $"both on {Device}, where the class features are");
        SupportFeatures.RequireUnit(Making, "support features");
        CheckPatches();
        Require(Support.Unprojected is not { } tokens || (tokens.shape is [var v, var m, > 0] && (v, m) == (Views, SupportCount)),
            $"unprojected support features of shape {Support.Unprojected?.Shape()}", $"[{Views}, {SupportCount}, U], one a view and image");
        if (SupportCount == 0)
            return;
        using var scope = NewDisposeScope();
        var (low, high) = (SupportLabels.min().item<long>(), SupportLabels.max().item<long>());
        Require(low >= 0 && high < ClassCount, $"support labels from {low} to {high}", $"0 to {ClassCount - 1}");
    }

    private void CheckPatches()
    {
        if (Support.Patches is not { } patches)
            return;
        Require(patches.shape is [var v, var n, > 0, var d] && (v, n, d) == (Views, SupportCount, FeatureWidth),
            $"support patches of shape {patches.Shape()}", $"[{Views}, {SupportCount}, P, {FeatureWidth}], as many and as wide as the support features");
        patches.flatten(0, 2).RequireUnit(Making, "support patches");
    }

    private void CheckValidation(ValidationSet validation)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = (validation.Images.Image, validation.Labels);
        Require(features.shape is [> 0, var d] && d == FeatureWidth && labels.shape is [var h] && h == features.shape[0],
            $"validation features of shape {features.Shape()} and labels of shape {labels.Shape()}", $"[H, {FeatureWidth}] and [H], H at least 1");
        features.RequireUnit(Making, "validation features");
        var (low, high) = (labels.min().item<long>(), labels.max().item<long>());
        Require(low >= 0 && high < ClassCount, $"validation labels from {low} to {high}", $"0 to {ClassCount - 1}");
    }

    private void CheckAnchors(AnchorSet anchors)
    {
        Require(anchors.Features.shape is [var k, var d] && k == anchors.Names.Count && d == FeatureWidth,
            $"anchor features of shape {anchors.Features.Shape()} for {anchors.Names.Count} names", $"[{anchors.Names.Count}, {FeatureWidth}], one row a name");
        Require(anchors.Features.device.ToString() == Device.ToString(), $"anchor features on {anchors.Features.device}", $"them on {Device}, where the class features are");
        anchors.Features.RequireUnit(Making, "anchor features");
    }

    private const string Making = "Making a few-shot task";

    private static void Require(bool holds, string found, string expected)
    {
        if (!holds)
            throw Wrong(found, expected);
    }

    private static KedgeException Wrong(string found, string expected) => new($"{Making} found {found}: it needs {expected}.");
}
