using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Cli.Reports;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Reports.Comparisons;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge compare</c>: accuracies of several methods, over shots and seeds.</summary>
internal sealed class CompareCommand : KedgeCommand
{
    private readonly Option<string> _methods = new("--methods")
    {
        Description = "Names with commas between them, options in brackets, as in tip-adapter,rtos[start=noise;steps=0]; or all: " +
            $"{string.Join(", ", MethodCatalog.Default.Names)}.",
        HelpName = "names",
        DefaultValueFactory = _ => "all",
    };
    private readonly Option<string> _output = new("--out")
    {
        Description = "The folder for report.html, results.md, results.csv, results.json, curves as .png and the finished rows; " +
            "given again, the comparison goes on from these.",
        HelpName = "folder",
        Required = true,
    };
    private readonly Option<bool> _retry = new("--retry") { Description = "Try again what failed before." };
    private readonly Option<Protocol> _protocol = ChoiceOption.Create("--protocol",
        "What is learned from and tested on: few-shot; base-to-new: learn half of the classes, test on both halves; " +
            "cross-data-set and domain-shift: learn from the first --data, test on all; " +
        "vocabulary-free: no class names; continual: classes that arrive over time.", Protocol.FewShot);
    private readonly StreamComparisonOptions _stream = new();
    private readonly Option<int> _parallel = RangedOption.AtLeast(1, new Option<int>("--parallel")
    {
        Description = "Runs at once, each with its part of the threads, where memory allows.",
        HelpName = "count",
        DefaultValueFactory = _ => 1,
    });
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ComparisonDataOptions _data = new();
    private readonly ModelOptions _model = new();
    private readonly EncodingOptions _encoding = new();

    public CompareCommand(Terminal terminal)
        : base(terminal, "compare", "Compares methods by their accuracy on the test part, over numbers of shots and seeds.",
            "kedge compare --data photos --methods all --shots 1,2,4,8,16 --seeds 1,2,3 --out comparison")
    {
        _data.AddTo(this, [_model.Model, .. _encoding.All]);
        Add(_methods);
        Add(_output);
        Add(_retry);
        Add(_protocol);
        _stream.AddTo(this, _protocol);
        Add(_parallel);
        _model.AddTo(this);
        _encoding.AddTo(this);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        IReadOnlyList<MethodVariant> methods =
            [.. MethodVariant.ParseList(parsed.GetValue(_methods)!, MethodCatalog.Default), .. _stream.Joint(parsed)];
        if (_data.Tasks(parsed) is { Count: > 0 } files)
        {
            using var tasks = ComparisonTasks.Open(files, _model.Device(parsed), _data.Validation(parsed));
            using var rows = Open(parsed);
            Compare(parsed, methods, tasks, rows);
            return;
        }
        var draws = _data.Draw(parsed, Terminal.Error,
            firstOnly: parsed.GetValue(_protocol) is Protocol.CrossDataSet or Protocol.DomainShift);
        var templates = _data.Templates(parsed);
        using var log = Open(parsed); // a folder that cannot be written to is reported before the run
        using var clip = _model.Load(parsed, Terminal.Error);
        using var progress = new ProgressLine(Terminal);
        var parts = FewShotMethod.RequiredBy(methods.Select(method => method.Method));
        using var photos = ComparisonTasks.Encode(clip, draws, templates, parts,
            _encoding.Context(parsed, Terminal, _model, progress), Terminal.Cancellation);
        progress.Dispose();
        Compare(parsed, methods, photos, log);
    }

    protected override string Kept(ParseResult parsed)
    {
        var rows = Path.Combine(parsed.GetValue(_output)!, ComparisonLog.FileName);
        return File.Exists(rows) ? $"the rows finished so far are kept in '{rows}'; the same command goes on from there."
            : "nothing was written.";
    }

    private ComparisonLog Open(ParseResult parsed) => ComparisonLog.Open(parsed.GetValue(_output)!, parsed.GetValue(_retry));

    private void Compare(ParseResult parsed, IReadOnlyList<MethodVariant> methods, ComparisonTasks tasks, ComparisonLog log)
    {
        var comparison = new Comparison(methods, tasks.Under(parsed.GetValue(_protocol), _stream.Read(parsed)))
        {
            Parallelism = parsed.GetValue(_parallel),
        };
        foreach (var note in comparison.Validate())
            Terminal.Error.WriteLine($"Note: {note}");
        using var progress = new ProgressLine(Terminal);
        var rows = comparison.Run(log, progress, progress, Terminal.Cancellation);
        progress.Dispose();
        var report =
            new ComparisonReport(comparison, rows, $"kedge {string.Join(' ', parsed.Tokens.Select(token => Quoted(token.Value)))}");
        ComparisonFiles.Write(report, parsed.GetValue(_output)!);
        Terminal.Out.WriteComparison(report, parsed.GetValue(_json));
    }

    /// <summary>Quoted for a POSIX shell.</summary>
    private static string Quoted(string token)
    {
        var isPlain =
            token.Length > 0 && token.All(letter => char.IsLetterOrDigit(letter) || "-_./,:=+@".Contains(letter, StringComparison.Ordinal));
        return isPlain ? token : $"'{token.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
