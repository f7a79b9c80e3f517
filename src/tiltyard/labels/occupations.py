"""The 23 occupational tags of LMArena's published expert prompts, and the verticals they form."""

VERTICALS = {
    "business_and_finance": (
        "business_and_management_and_financial_operations",
        "office_and_administrative_support",
        "real_estate",
    ),
    "creative_and_marketing": (
        "entertainment_and_sports_and_media",
        "sales_and_retail",
        "visual_arts_and_design",
        "writing_and_literature_and_language",
    ),
    "education_and_society": (
        "community_and_social_service",
        "education",
        "philosophy_and_religion_and_theology",
    ),
    "engineering_and_industry": (
        "construction_and_extraction",
        "engineering_and_architecture",
        "farming_and_fishing_and_forestry",
        "production_and_industrial",
    ),
    "hospitality_and_personal_services": (
        "food_preparation_and_serving",
        "personal_care_and_service",
        "travel",
    ),
    "law": ("legal_and_government",),
    "medicine": ("medicine_and_healthcare",),
    "science_and_mathematics": ("life_and_physical_and_social_science", "mathematical"),
    "software": ("software_and_it_services", "technology_hardware_and_equipment"),
}
OCCUPATIONS = tuple(sorted(tag for tags in VERTICALS.values() for tag in tags))


def verticals_of(occupations: list[str]) -> list[str]:
    """Name the verticals of occupational tags, in alphabetical order.

    >>> verticals_of(["legal_and_government", "mathematical"])
    ['law', 'science_and_mathematics']
    """
    return [name for name, tags in VERTICALS.items() if not set(tags).isdisjoint(occupations)]
