package dev.satchel.postgres.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class DatasetsTest {

    private static final PostgresDatasets DATASETS = PostgresDatasets.builtIn();
    private static final UserId USER = new UserId(new UUID(1, 2));

    @Test
    void matchTheNamesUsedInOtherTests() {
        assertThat(DATASETS.catalogue().datasets()).isEqualTo(LearningDatasets.ALL);
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningDatasets#ALL")
    void definesEveryDataset(Dataset dataset) {
        assertThat(DATASETS.of(dataset).dataset()).isEqualTo(dataset);
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningDatasets#ALL")
    void namesNoColumnTwice(Dataset dataset) {
        assertThat(DATASETS.of(dataset).columns())
                .extracting(column -> column.column().name())
                .doesNotHaveDuplicates();
    }

    // The guard: a column that is added without an origin would be handed out as the user's own.
    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningDatasets#ALL")
    void saysOfEachColumnWhereItsValuesComeFrom(Dataset dataset) {
        assertThat(DATASETS.of(dataset).columns())
                .filteredOn(column -> column.column().knownOrigin().isEmpty())
                .isEmpty();
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningDatasets#ALL")
    void readsNoDerivedColumnForPortability(Dataset dataset) {
        ExportFilters portability = ExportFilters.of(Map.of("profile", "portability"));

        List<Column> all = DATASETS.of(dataset).columnsIn(everything(), ExportFilters.NONE);
        List<Column> held = DATASETS.of(dataset).columnsIn(everything(), portability);

        assertThat(held)
                .isEqualTo(all.stream()
                        .filter(column -> column.origin() != Column.Origin.DERIVED)
                        .toList());
        assertThat(held.isEmpty()).isEqualTo(!dataset.isIn(ExportFilters.Profile.PORTABILITY));
        assertThat(DATASETS.of(dataset).select(everything(), USER, portability))
                .contains("= '00000000-0000-0001-0000-000000000002'::uuid")
                .containsPattern("ORDER BY \\w");
    }

    @Test
    void leavesOutWholeDatasetsForPortabilityOnlyWhereAllOfThemIsDerived() {
        assertThat(LearningDatasets.ALL)
                .filteredOn(dataset -> !dataset.isIn(ExportFilters.Profile.PORTABILITY))
                .containsExactly(LearningDatasets.PROGRESS, LearningDatasets.ANALYTICS);
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningDatasets#ALL")
    void selectsNamedColumnsOfTheOneUserInAFixedOrder(Dataset dataset) {
        String sql = DATASETS.of(dataset).copy(everything(), USER, ExportFilters.NONE);

        assertThat(sql)
                .doesNotContain("*", "{", "}")
                .contains("= '00000000-0000-0001-0000-000000000002'::uuid")
                .containsPattern("ORDER BY \\w");
    }

    @Test
    void neitherExportsNorLeavesOutAColumnTwice() {
        Set<Source> seen = new HashSet<>();
        for (DatasetQuery query : DATASETS.all()) {
            query.excluded().forEach((source, reason) -> {
                assertThat(seen.add(source)).as("%s is registered once", source).isTrue();
                assertThat(reason).as("the reason of %s", source).hasSizeGreaterThan(5);
            });
            for (SourceColumn column : query.columns()) {
                if (column.source() != null) {
                    assertThat(seen.add(column.source()))
                            .as("%s is registered once", column.source())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void neverSelectsWhatItLeavesOut() {
        for (DatasetQuery query : DATASETS.all()) {
            for (Source left : query.excluded().keySet()) {
                if (!Set.of("id", "user_id", "vocabulary_list_id", "vocabulary_item_id")
                        .contains(left.column())) {
                    assertThat(query.columns())
                            .extracting(column -> column.expression(everything()))
                            .as("%s of %s", left, query.dataset())
                            .noneMatch(expression -> expression.contains(left.column()) && isOnly(left));
                }
            }
        }
    }

    // last_validated_at and is_active have the same names in the view that they are exported from.
    private static boolean isOnly(Source left) {
        return !Set.of("last_validated_at", "is_active").contains(left.column());
    }

    @Test
    void isAbsentWithoutItsTables() {
        LiveSchema nothing = new LiveSchema(Map.of());

        assertThat(DATASETS.all()).noneMatch(query -> query.isIn(nothing));
        assertThat(DATASETS.tables(List.of(LearningDatasets.DESCRIPTIONS)))
                .containsExactly(TableName.parse("public.images"), TableName.parse("saved_descriptions"));
    }

    private static LiveSchema everything() {
        Map<TableName, Map<String, LiveType>> columns = new HashMap<>();
        DATASETS.registered()
                .keySet()
                .forEach(source -> columns.computeIfAbsent(source.table(), t -> new HashMap<>())
                        .put(source.column(), new LiveType("text", false, false, false, "text", false, null)));
        return new LiveSchema(columns);
    }
}
