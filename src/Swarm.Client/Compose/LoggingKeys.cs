using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>logging</c>.</summary>
internal static class LoggingKeys
{
    private static readonly Dictionary<string, Func<Draft, Field, Draft>> Keys = new()
    {
        ["driver"] = (draft, field) => draft with { Driver = field.Text() ?? "", DriverAt = field },
        ["options"] = (draft, field) => draft with { Options = KeyValues.Read(field) },
    };

    /// <returns>Null: as the node says.</returns>
    public static LogSettings? Read(Field field)
    {
        var draft = field.Fold(new Draft(), Keys, Refusals.None);
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value, at) in draft.Options)
        {
            if (value is null) at.Refuse("needs a value");
            else options[name] = value;
        }

        if (LogOptions.Check(draft.Driver, options) is not { } refusal) return LogOptions.Read(draft.Driver, options);
        var wrong = draft.Options.Where(option => option.Name == refusal.Option).Select(option => option.Field);
        wrong.Append(draft.DriverAt ?? field).First().Refuse(refusal.Reason);
        return null;
    }

    private sealed record Draft
    {
        public string Driver { get; init; } = "";

        public Field? DriverAt { get; init; }

        public IReadOnlyList<(string Name, string? Value, Field Field)> Options { get; init; } = [];
    }
}
