using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Containers;

/// <summary>How a container is kept running: its restart policy, and whether it goes when it ends.</summary>
internal static class RestartReading
{
    /// <summary>Docker's wait before the first restart; doubled for each further one.</summary>
    private static readonly TimeSpan FirstRestartAfter = TimeSpan.FromMilliseconds(100);

    /// <exception cref="ApiException">No such policy, or one that cannot be.</exception>
    public static StandaloneSettings Read(JsonFields host)
    {
        var asked = host.Object("RestartPolicy");
        var name = asked.Text("Name");
        var most = asked.Number("MaximumRetryCount");
        var condition = name switch
        {
            "" or "no" => RestartCondition.None,
            "always" or "unless-stopped" => RestartCondition.Any,
            "on-failure" => RestartCondition.OnFailure,
            _ => throw Invalid($"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', "
                + "'on-failure', or 'unless-stopped'"),
        };
        if (most < 0) throw Invalid("invalid restart policy: maximum retry count cannot be negative");
        if (most > 0 && condition != RestartCondition.OnFailure)
        {
            throw Invalid(
                "invalid restart policy: maximum retry count can only be used with 'on-failure'");
        }

        var removes = host.Flag("AutoRemove");
        if (removes && condition != RestartCondition.None)
            throw Invalid("can't create 'AutoRemove' container with restart policy");
        return new StandaloneSettings
        {
            Restart = new RestartPolicy
            {
                Condition = condition,
                MaxAttempts = (int)Math.Min(most, int.MaxValue),
                Delay = FirstRestartAfter,
            },
            StartsWithNode = name == "always",
            RemovesItself = removes,
        };
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
