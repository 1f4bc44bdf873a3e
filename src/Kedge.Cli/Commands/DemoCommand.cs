using System.CommandLine;
using Kedge.Cli.Demo;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Cli.Reports;
using Kedge.Clip;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Reports.Comparisons;
using Kedge.Tasks;
using Kedge.Text;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge demo</c>: a complete comparison in a few minutes, without downloads.</summary>
internal sealed class DemoCommand : KedgeCommand
{
    private const string Explained = "rtos";
    private const int ExplainedImages = 4;

    private readonly Option<string> _output = new("--out")
    {
        Description = "A folder for the drawings, the results, the page report.html and the classifier.",
        HelpName = "folder",
        DefaultValueFactory = _ => "kedge-demo",
    };
    private readonly NumberListOption _shots = NumberListOption.Shots();
    private readonly NumberListOption _seeds = NumberListOption.Seeds();
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ModelOptions _where = new();

    public DemoCommand(Terminal terminal)
        : base(terminal, "demo", "Shows what Kedge does, in a few minutes and offline: draws a task that its model has never seen, " +
            "compares methods on it, and writes a page.",
            "kedge demo")
    {
        Add(_output);
        Add(_shots.Option);
        Add(_seeds.Option);
        _where.AddTo(this, named: false);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var folder = parsed.GetValue(_output)!;
        using var log = ComparisonLog.Open(folder, retry: false); // a folder that cannot be written to is reported before the run
        var context = new EncodingContext { DecodeThreads = _where.DecodeThreads(parsed) };
        var dataset = ShapesDemo.Draw(Path.Combine(folder, "drawings"), Terminal.Cancellation) with { Name = "twelve shapes" };
        using var clip = _where.Load(parsed, Terminal.Error, EmbeddedModels.Scenes);
        var shots = _shots.Read(parsed);
        var draws = SupportDraws.Sample(dataset, shots, _seeds.Read(parsed));
        using var tasks =
            ComparisonTasks.Encode(clip, [draws], [PromptTemplates.Default], context: context, cancellation: Terminal.Cancellation);
        var report = Compare(tasks, log);
        var curves = ComparisonFiles.Curves(report, folder);
        report.Write(folder);

        using var classifier = ImageClassifier.Fit(
            clip, dataset, new() { Method = MethodCatalog.Default.Create(Explained), Shots = shots.Max() }, context, Terminal.Cancellation);
        var file = Path.Combine(folder, "shapes.kedge");
        classifier.Save(file);
        var explained = dataset.Test.DistinctBy(image => image.Label).Take(ExplainedImages).Select(image => image.Image);
        var explanations = classifier.Explain([.. explained], cancellation: Terminal.Cancellation);
        var descriptions = classifier.ReadAnchors(cancellation: Terminal.Cancellation);
        var page = Path.Combine(folder, ComparisonFiles.Page);
        DemoPage.Write(page, dataset, report, curves, classifier.Card, explanations, descriptions);

        Terminal.Out.WriteComparison(report, parsed.GetValue(_json));
        if (!parsed.GetValue(_json))
            Next(page, file, shots.Max());
    }

    protected override string Kept(ParseResult parsed) =>
        $"what is finished is kept in '{parsed.GetValue(_output)}'; the same command goes on from there.";

    private ComparisonReport Compare(ComparisonTasks tasks, ComparisonLog log)
    {
        var comparison = new Comparison(MethodVariant.ParseList(ShapesDemo.Methods, MethodCatalog.Default), tasks.Tasks);
        using var progress = new ProgressLine(Terminal);
        return new(comparison, comparison.Run(log, progress, progress, Terminal.Cancellation), "kedge demo");
    }

    private void Next(string page, string classifier, int shots)
    {
        Terminal.Out.WriteLine();
        Terminal.Out.WriteFacts(("page", $"{page}: curves, mistakes, anchors in words, pictures"),
            ("classifier", $"{classifier}: RTOS from {shots} drawings a shape"));
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine("Next, with photos of your own, a folder for each class:");
        Terminal.Out.WriteLine("    kedge fit --data PHOTOS --out mine.kedge");
        Terminal.Out.WriteLine("    kedge predict --classifier mine.kedge NEW.jpg");
        Terminal.Out.WriteLine("With a published CLIP, which kedge fit takes by --model, expect far better figures on photos.");
    }
}
