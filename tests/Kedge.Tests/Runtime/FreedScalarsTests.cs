using System.Runtime.InteropServices;
using Kedge.Methods;
using Kedge.Runtime;
using Kedge.Tests.Support;

namespace Kedge.Tests.Runtime;

[Collection(nameof(BusyCollector))]
public class FreedScalarsTests
{
    private const string Freed = "Unknown scalar type.\nException raised from type at /pytorch/c10/core/Scalar.h:339";

    /// <summary>Without another try one of some thousand of these fits and predictions fails.</summary>
    [Fact]
    public void Fits_and_predictions_survive_that_garbage_is_collected_meanwhile()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var expected = new Gda(new()).Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        using var logits = expected.Logits(synthetic.Queries);
        using var collector = new BusyCollector();
        for (var i = 0; i < 1000; i++)
        {
            using var classifier = new Gda(new()).Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
            using var again = classifier.Logits(synthetic.Queries);
            Assert.Equal(logits.data<float>().ToArray(), again.data<float>().ToArray());
        }
    }

    [Fact]
    public void Work_is_done_anew_four_times_at_most()
    {
        var tries = 0;
        Assert.Equal(3, FreedScalars.Outlive(() => ++tries < 3 ? throw new NativeException(Freed) : tries));
        tries = 0;
        Assert.Throws<NativeException>(() => FreedScalars.Outlive<int>(() => ++tries < 10 ? throw new NativeException(Freed) : tries));
        Assert.Equal(4, tries);
    }

    [Fact]
    public void Other_errors_are_left_alone()
    {
        var tries = 0;
        Assert.Throws<NativeException>(() => FreedScalars.Outlive<int>(() => ++tries > 0 ? throw new NativeException("out of memory") : 0));
        Assert.Equal(1, tries);
    }

    private sealed class NativeException(string message) : ExternalException(message);
}
