using System.Buffers;
using System.Text.Json;
using Kedge.FewShot;
using Kedge.Text;

namespace Kedge.Methods;

/// <summary>
/// Methods by name: the one list that the command line, classifier files and comparisons go by. Immutable; a method
/// from outside the package is added with <see cref="With{TOptions}"/>, and the new catalog is given to whatever
/// opens files or reads names.
/// </summary>
/// <example>
/// <code>
/// var catalog = MethodCatalog.Default.With&lt;NoOptions&gt;("centred-mean", _ =&gt; new CentredMean());
/// using var classifier = ImageClassifier.Load("photos.kedge", clip, catalog);
/// </code>
/// </example>
public sealed class MethodCatalog : IMethodCatalog
{
    private static readonly SearchValues<char> Reserved = SearchValues.Create(",;=[]\" "); // by lists of methods

    private readonly IReadOnlyList<Entry> _entries;

    private MethodCatalog(IReadOnlyList<Entry> entries) => (_entries, Names) = (entries, [.. entries.Select(entry => entry.Name)]);

    /// <summary>The methods of this package.</summary>
    public static MethodCatalog Default { get; } = new(
    [
        new Entry<NoOptions>(ZeroShot.CatalogName, (_, _) => new ZeroShot()),
        new Entry<NoOptions>(NearestClassMean.CatalogName, (options, _) => new NearestClassMean(options)),
        new Entry<TipAdapterOptions>(TipAdapter.CatalogName, (options, _) => new TipAdapter(options)) { Explains = true },
        new Entry<TipAdapterFOptions>(TipAdapterF.CatalogName, (options, _) => new TipAdapterF(options)) { Explains = true },
        new Entry<GdaOptions>(Gda.CatalogName, (options, _) => new Gda(options)),
        new Entry<NoOptions>(RunningGda.CatalogName, (options, _) => new RunningGda(options)),
        new Entry<RunningRidgeOptions>(RunningRidge.CatalogName, (options, _) => new RunningRidge(options)),
        new Entry<ProKeROptions>(ProKeR.CatalogName, (options, _) => new ProKeR(options)) { Explains = true },
        new Entry<LinearAdapterOptions>(LinearAdapter.CatalogName, (options, _) => new LinearAdapter(options)),
        new Entry<ClapOptions>(Clap.CatalogName, (options, _) => new Clap(options)),
        new Entry<ClapOptions>(ZsLp.CatalogName, (options, _) => new ZsLp(options)),
        new Entry<TaskResOptions>(TaskRes.CatalogName, (options, _) => new TaskRes(options)),
        new Entry<CoOpOptions>(CoOp.CatalogName, (options, _) => new CoOp(options)),
        new Entry<AttriClipOptions>(AttriClip.CatalogName, (options, _) => new AttriClip(options)) { Explains = true },
        new Entry<NtlbOptions>(Ntlb.CatalogName, (options, _) => new Ntlb(options)),
        new Entry<PlotOptions>(Plot.CatalogName, (options, _) => new Plot(options)) { Explains = true },
        new Entry<CalipOptions>(Calip.CatalogName, (options, _) => new Calip(options)),
        new Entry<VtClipOptions>(VtClip.CatalogName, (options, _) => new VtClip(options)),
        new Entry<LinearAdapterOptions>(ProLip.CatalogName, (options, _) => new ProLip(options)),
        new Entry<ClipLoraOptions>(ClipLora.CatalogName, (options, _) => new ClipLora(options)),
        new Entry<LpPlusPlusOptions>(LpPlusPlus.CatalogName, (options, _) => new LpPlusPlus(options)),
        new Entry<SimOptions>(Sim.CatalogName, (options, _) => new Sim(options)) { Explains = true },
        new Entry<ApeOptions>(Ape.CatalogName, (options, _) => new Ape(options)) { Explains = true },
        new Entry<ApeTOptions>(ApeT.CatalogName, (options, _) => new ApeT(options)) { Explains = true },
        new Entry<ClipAdapterOptions>(ClipAdapter.CatalogName, (options, _) => new ClipAdapter(options)),
        new Entry<LinearProbeOptions>(LinearProbe.CatalogName, (options, _) => new LinearProbe(options)),
        new Entry<RtosOptions>(Rtos.CatalogName, (options, _) => new Rtos(options)) { Explains = true },
        new Entry<RtosPlusOptions>(RtosPlus.CatalogName, (options, _) => new RtosPlus(options)) { Explains = true },
        new Entry<RtosNamesOptions>(RtosNames.CatalogName, (options, _) => new RtosNames(options)) { Explains = true },
        new Entry<FuseOptions>(Fuse.CatalogName, (options, catalog) => new Fuse(options, catalog)) { Explains = true },
    ]);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The names of the methods whose logits have parts by anchor or by support image, as
    /// <see cref="FewShotClassifier.HasParts"/> says of what they fit; of this package's methods alone.
    /// </summary>
    internal IEnumerable<string> Explaining => _entries.Where(entry => entry.Explains).Select(entry => entry.Name);

    /// <summary>This catalog and one more method.</summary>
    /// <param name="name">
    /// Its name in files and on the command line, which the method's constructor must give to its base class too.
    /// </param>
    /// <param name="create">Creates the method with its options, which are read from JSON with their defaults.</param>
    /// <typeparam name="TOptions">The method's options; <see cref="NoOptions"/> where it has none.</typeparam>
    /// <returns>A new catalog; this one stays as it is.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty, "all", or holds one of
    /// <c>,;=[]"</c> or a space.</exception>
    public MethodCatalog With<TOptions>(string name, Func<TOptions, FewShotMethod> create) where TOptions : MethodOptions, new()
    {
        if (string.IsNullOrEmpty(name) || name == MethodVariant.All || name.AsSpan().ContainsAny(Reserved))
            throw new ArgumentException($"'{name}' cannot name a method: lists of methods could not be read with it.", nameof(name));
        if (Names.Contains(name))
            throw new ArgumentException($"The catalog has a method '{name}' already: choose another name.", nameof(name));
        return new([.. _entries, new Entry<TOptions>(name, (options, _) => create(options))]);
    }

    /// <inheritdoc/>
    public FewShotMethod Create(string name, JsonElement? options = null) =>
        (_entries.FirstOrDefault(entry => entry.Name == name) ?? throw Unknown(name))
        .Create(options ?? JsonSerializer.SerializeToElement(new { }), this);

    private KedgeException Unknown(string name) =>
        new($"There is no method '{name}': nearest are {NearestNames.Suggest(Names, name)}; there are {string.Join(", ", Names)}.");

    private abstract record Entry(string Name)
    {
        /// <summary>Whether its classifiers have parts.</summary>
        internal bool Explains { get; init; }

        internal abstract FewShotMethod Create(JsonElement options, MethodCatalog catalog);
    }

    private sealed record Entry<TOptions>(string Name, Func<TOptions, MethodCatalog, FewShotMethod> Make) : Entry(Name)
        where TOptions : MethodOptions, new()
    {
        internal override FewShotMethod Create(JsonElement options, MethodCatalog catalog)
        {
            var method = Make(MethodOptions.Read<TOptions>(options, Name), catalog);
            return method.Name == Name
                ? method
                : throw new ArgumentException($"The catalog's method '{Name}' calls itself '{method.Name}': give both the same name.");
        }
    }
}
