using System.Globalization;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>The key <c>restart</c>.</summary>
internal static class RestartKey
{
    private const string OnFailure = "on-failure:";

    /// <remarks>A task that was stopped because it was asked to is never restarted, so
    /// unless-stopped is always.</remarks>
    public static ServiceDraft Read(ServiceDraft draft, Field field)
    {
        // YAML 1.1 read a bare no as false, and files are written both ways.
        var text = field.Value is YamlText { IsPlain: true, AsBoolean: false } ? "no" : field.Text();
        switch (text)
        {
            case null:
                return draft;
            case "no":
                return draft with { ContainerRestart = new RestartPolicy { Condition = RestartCondition.None } };
            case "always" or "unless-stopped":
                return draft with { ContainerRestart = new RestartPolicy { Condition = RestartCondition.Any } };
            case "on-failure":
                return draft with { ContainerRestart = new RestartPolicy { Condition = RestartCondition.OnFailure } };
        }

        if (text.StartsWith(OnFailure, StringComparison.Ordinal)
            && int.TryParse(
                text[OnFailure.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var attempts))
        {
            return draft with
            {
                ContainerRestart = new RestartPolicy { Condition = RestartCondition.OnFailure, MaxAttempts = attempts }
            };
        }

        field.Refuse($"'{text}' is not one of no, always, unless-stopped, on-failure, on-failure:N");
        return draft;
    }
}
