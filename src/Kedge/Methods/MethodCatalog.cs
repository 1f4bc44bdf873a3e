using System.Text.Json;
using Kedge.FewShot;
using Kedge.Text;

namespace Kedge.Methods;

/// <summary>Every method by name: the one list that the command line, saved classifiers and the tests go by.</summary>
public static class MethodCatalog
{
    private static readonly Entry[] Entries =
    [
        new Entry<NoOptions>(ZeroShot.CatalogName, _ => new ZeroShot()),
        new Entry<NoOptions>(NearestClassMean.CatalogName, _ => new NearestClassMean()),
        new Entry<TipAdapterOptions>(TipAdapter.CatalogName, options => new TipAdapter(options)),
        new Entry<TipAdapterFOptions>(TipAdapterF.CatalogName, options => new TipAdapterF(options)),
        new Entry<GdaOptions>(Gda.CatalogName, options => new Gda(options)),
        new Entry<ProKeROptions>(ProKeR.CatalogName, options => new ProKeR(options)),
        new Entry<LinearAdapterOptions>(LinearAdapter.CatalogName, options => new LinearAdapter(options)),
        new Entry<ClapOptions>(Clap.CatalogName, options => new Clap(options)),
        new Entry<ClapOptions>(ZsLp.CatalogName, options => new ZsLp(options)),
        new Entry<TaskResOptions>(TaskRes.CatalogName, options => new TaskRes(options)),
        new Entry<CoOpOptions>(CoOp.CatalogName, options => new CoOp(options)),
        new Entry<PlotOptions>(Plot.CatalogName, options => new Plot(options)),
        new Entry<CalipOptions>(Calip.CatalogName, options => new Calip(options)),
        new Entry<VtClipOptions>(VtClip.CatalogName, options => new VtClip(options)),
        new Entry<LinearAdapterOptions>(ProLip.CatalogName, options => new ProLip(options)),
        new Entry<ClipLoraOptions>(ClipLora.CatalogName, options => new ClipLora(options)),
        new Entry<LpPlusPlusOptions>(LpPlusPlus.CatalogName, options => new LpPlusPlus(options)),
        new Entry<SimOptions>(Sim.CatalogName, options => new Sim(options)),
        new Entry<ApeOptions>(Ape.CatalogName, options => new Ape(options)),
        new Entry<ApeTOptions>(ApeT.CatalogName, options => new ApeT(options)),
        new Entry<ClipAdapterOptions>(ClipAdapter.CatalogName, options => new ClipAdapter(options)),
        new Entry<LinearProbeOptions>(LinearProbe.CatalogName, options => new LinearProbe(options)),
        new Entry<RtosOptions>(Rtos.CatalogName, options => new Rtos(options)),
        new Entry<RtosPlusOptions>(RtosPlus.CatalogName, options => new RtosPlus(options)),
        new Entry<RtosNamesOptions>(RtosNames.CatalogName, options => new RtosNames(options)),
        new Entry<FuseOptions>(Fuse.CatalogName, options => new Fuse(options)),
    ];

    /// <summary>The names, in the order of the catalog.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Entries.Select(entry => entry.Name)];

    /// <summary>Makes a method.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">The options that differ from the defaults, such as <c>{"alpha":2}</c>; <see langword="null"/> for none.</param>
    /// <exception cref="KedgeException">There is no such method or option, or a value is out of its range.</exception>
    public static FewShotMethod Create(string name, JsonElement? options = null) =>
        (Entries.FirstOrDefault(entry => entry.Name == name) ?? throw Unknown(name)).Create(options ?? JsonSerializer.SerializeToElement(new { }));

    private static KedgeException Unknown(string name) =>
        new($"There is no method '{name}': nearest are {NearestNames.Of(Names, name)}; there are {string.Join(", ", Names)}.");

    private abstract record Entry(string Name)
    {
        internal abstract FewShotMethod Create(JsonElement options);
    }

    private sealed record Entry<TOptions>(string Name, Func<TOptions, FewShotMethod> Make) : Entry(Name) where TOptions : MethodOptions, new()
    {
        internal override FewShotMethod Create(JsonElement options) => Make(MethodOptions.Read<TOptions>(options, Name));
    }
}
