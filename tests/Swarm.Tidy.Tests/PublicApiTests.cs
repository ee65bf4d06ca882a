using Swarm.Client;
using Swarm.Core;

namespace Swarm.Tidy;

public sealed class PublicApiTests
{
    private const string Accept = "SWARM_ACCEPT_PUBLIC_API";

    [Theory]
    [InlineData(typeof(SwarmClient)), InlineData(typeof(NodeId))]
    public void What_others_may_use_is_what_was_reviewed(Type known)
    {
        var name = known.Assembly.GetName().Name;
        var file = Repository.At($"tests/Swarm.Tidy.Tests/{name}.txt");
        var now = PublicApiText.Of(known.Assembly);
        if (Environment.GetEnvironmentVariable(Accept) == "1") File.WriteAllText(file, now);

        var reviewed = File.ReadAllText(file).Split('\n');

        var gone = reviewed.Except(now.Split('\n')).Select(line => $"gone: {line.Trim()}");
        var come = now.Split('\n').Except(reviewed).Select(line => $"new: {line.Trim()}");
        Assert.True(
            string.Join('\n', reviewed) == now,
            $"What {name} offers changed. Run the tests with {Accept}=1 and review the difference: "
            + string.Join("; ", gone.Concat(come).Take(10)));
    }
}
