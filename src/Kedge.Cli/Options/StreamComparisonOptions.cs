using System.CommandLine;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Methods;

namespace Kedge.Cli.Options;

/// <summary>How classes arrive in <c>kedge compare --protocol continual</c>.</summary>
internal sealed class StreamComparisonOptions
{
    private static readonly StreamOptions Defaults = new();

    private readonly Option<int> _tasks = RangedOption.AtLeast(1, new Option<int>("--tasks")
    {
        Description = "For continual: tasks that the classes of each data set are parted into.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.Tasks,
    });

    private readonly Option<int> _memory = RangedOption.AtLeast(0, new Option<int>("--memory")
    {
        Description = "For continual: photos of each earlier class that are kept for methods which learn all classes at once.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.Memory,
    });

    private readonly Option<string?> _joint = new("--joint")
    {
        Description = "For continual: methods that are also fitted on all photos so far, as a bound.",
        HelpName = "names",
    };

    public void AddTo(Command command, Option<Protocol> protocol)
    {
        Option[] all = [_tasks, _memory, _joint];
        foreach (var option in all)
            command.Add(option);
        command.Validators.Add(result =>
        {
            string[] given = [.. all.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
            if (given.Length > 0 && result.GetValue(protocol) != Protocol.Continual)
                result.AddError($"{string.Join(", ", given)}: for --protocol continual only.");
        });
    }

    public StreamOptions Read(ParseResult parsed) => new(parsed.GetValue(_tasks), parsed.GetValue(_memory));

    /// <summary>The methods that are fitted on all photos so far.</summary>
    public IEnumerable<MethodVariant> Joint(ParseResult parsed) => parsed.GetValue(_joint) is not { } names ? []
        : MethodVariant.ParseList(names, MethodCatalog.Default).Select(method => method.AsJoint());
}
