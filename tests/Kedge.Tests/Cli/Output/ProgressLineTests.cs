using Kedge.Cli.Output;
using Kedge.Features;
using Kedge.FewShot;

namespace Kedge.Tests.Cli.Output;

public class ProgressLineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Where_somebody_watches_one_line_is_rewritten()
    {
        Assert.Equal("\rLearning: step 1 of 3, loss 0.500\e[K\rLearning: step 2 of 3, 0:01 left\e[K\n", Show(watched: true, [
            (Second, line => line.Report(new FitProgress(1, 3, 0.5))),
            (Second, line => line.Report(new FitProgress(2, 3))),
            (TimeSpan.Zero, line => line.Report(new FitProgress(3, 3))),
        ]));
    }

    [Fact]
    public void In_a_log_there_is_a_line_now_and_then()
    {
        var remaining = TimeSpan.FromSeconds(75);
        Assert.Equal("Encoding images: 30 of 90, 2.5 a second, 1:15 left\n", Show(watched: false, [
            (Second, line => line.Report(new ExtractionProgress(10, 90, 10, 10, null))),
            (10 * Second, line => line.Report(new ExtractionProgress(30, 90, 20, 2.5, remaining))),
            (Second, line => line.Report(new ExtractionProgress(90, 90, 60, 2.5, remaining))),
        ]));
    }

    [Fact]
    public void A_fit_that_goes_on_is_timed_from_where_it_goes_on()
    {
        Assert.Equal("Learning: step 60 of 80, 0:20 left\n", Show(watched: false, [
            (Second, line => line.Report(new FitProgress(40, 80))),
            (20 * Second, line => line.Report(new FitProgress(60, 80))),
        ]));
    }

    [Fact]
    public void Each_of_several_fits_is_named_and_timed_from_its_own_start()
    {
        Assert.Equal("Learning: step 1 of 2\nLearning (cross-fit 1 of 4): step 1 of 3\nLearning (cross-fit 1 of 4): " +
            "step 2 of 3, 0:20 left\n", Show(watched: false, [
                (20 * Second, line => line.Report(new FitProgress(1, 2))),
                (20 * Second, line => line.Report(new FitProgress(1, 3, Part: "cross-fit 1 of 4"))),
                (20 * Second, line => line.Report(new FitProgress(2, 3, Part: "cross-fit 1 of 4"))),
        ]));
    }

    private static string Show(bool watched, (TimeSpan Pause, Action<ProgressLine> Report)[] reports)
    {
        using var error = new StringWriter { NewLine = "\n" };
        using var terminal = new Terminal(TextReader.Null, TextWriter.Null, error) { IsInteractive = watched };
        var clock = new Clock();
        using (var line = new ProgressLine(terminal, clock))
        {
            foreach (var (pause, report) in reports)
            {
                clock.Now += pause;
                report(line);
            }
        }
        return error.ToString();
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
